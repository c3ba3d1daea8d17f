// A process of its own that is killed before its n-th call that changes a file, for programs that link
// interposed.cpp.
#pragma once

#include <csignal>
#include <cstdio>
#include <exception>
#include <functional>

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "abi/interposed.hpp"
#include "base/shared_memory.hpp"

namespace myqsec::test {

class KilledProcess {
 public:
    /// 0: it is left to its end, and steps() says how many calls there were. True if it was killed. What
    /// `before` does counts for nothing.
    bool run(std::uint64_t step, const std::function<void()>& before, const std::function<void()>& act) {
        std::fflush(stdout);  // or the child writes it again
        const auto child = ::fork();
        REQUIRE(child >= 0);
        if (child == 0) be_killed(step, before, act);
        int status = 0;
        REQUIRE(::waitpid(child, &status, 0) == child);
        const bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
        const bool ended = WIFEXITED(status) && WEXITSTATUS(status) == 0;
        CHECK((ended || (killed && step > 0)));
        return killed;
    }
    [[nodiscard]] std::uint64_t steps() { return *steps_; }

 private:
    [[noreturn]] void be_killed(std::uint64_t step, const std::function<void()>& before,
                                const std::function<void()>& act) {
        try {
            before();
            const Faulted scope;
            plan_fault(CallFault::kill, step);
            act();
            *steps_ = counted_calls();
            ::_exit(0);
        } catch (const std::exception& error) {
            std::fprintf(stderr, "step %llu: %s\n", static_cast<unsigned long long>(step), error.what());
            ::_exit(3);
        }
    }

    SharedMemory<std::uint64_t> steps_;
};

}  // namespace myqsec::test
