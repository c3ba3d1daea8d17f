#include "base/process.hpp"

#include <atomic>

#include <pthread.h>

#include "base/error.hpp"

namespace myqsec {

namespace {

// Its destructor is trivial, so that fork and exit handlers of the host may run in any order.
constinit std::atomic<std::uint32_t> forks{0};

bool count_forks() {
    const int failed =
        ::pthread_atfork(nullptr, nullptr, [] { forks.fetch_add(1, std::memory_order_relaxed); });
    if (failed != 0) fail_errno(failed, "register a fork handler for", "this process");
    return true;
}

}  // namespace

std::uint32_t process_generation() {
    static const bool counting = count_forks();
    (void)counting;
    return forks.load(std::memory_order_relaxed);
}

bool OwningProcess::is_this() const noexcept {
    return forks.load(std::memory_order_relaxed) == generation_;
}

void OwningProcess::require(std::string_view what) const {
    if (is_this()) return;
    fail(Status::ERR_FORKED, "the parent of this process began to work on '{}', and goes on with it", what);
}

}  // namespace myqsec
