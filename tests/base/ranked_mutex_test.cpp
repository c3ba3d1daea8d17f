// The lock order, as far as this build checks it.
#include "base/ranked_mutex.hpp"

#include <condition_variable>
#include <csignal>
#include <functional>
#include <mutex>
#include <shared_mutex>
#include <thread>

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace myqsec;

namespace {

/// Whether a process that does it is ended, as it is only where the order is checked.
bool ends_the_process(const std::function<void()>& work) {
    const auto child = ::fork();
    if (child == 0) {
        std::signal(SIGABRT, SIG_DFL);  // not doctest's
        static_cast<void>(::close(STDERR_FILENO));
        work();
        ::_exit(0);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

constexpr bool checked = MYQSEC_LOCK_ORDER_CHECKED == 1;

}  // namespace

TEST_CASE("locks are taken in the order of their ranks, or the process ends where that is checked") {
    RankedMutex<std::recursive_mutex> database(LockRank::main_database);
    RankedMutex<std::recursive_mutex> keystore(LockRank::keystore);
    RankedMutex<std::mutex> one(LockRank::innermost);
    RankedMutex<std::mutex> other(LockRank::innermost);
    CHECK_FALSE(ends_the_process([&] {
        const std::lock_guard first(database);
        const std::lock_guard second(keystore);
        const std::lock_guard again(database);
        const std::lock_guard third(one);
    }));
    CHECK(checked == ends_the_process([&] {
              const std::lock_guard first(keystore);
              const std::lock_guard second(database);
          }));
    CHECK(checked == ends_the_process([&] {
              const std::lock_guard first(one);
              const std::lock_guard second(other);
          }));
    CHECK_FALSE(ends_the_process([&] {
        std::unique_lock first(keystore);
        std::unique_lock second(one);
        first.unlock();
        const std::unique_lock third(database, std::try_to_lock);  // waits for nothing
        second.unlock();
    }));
    CHECK_FALSE(ends_the_process([&] {
        { const std::lock_guard first(keystore); }
        const std::lock_guard second(database);
    }));
}

TEST_CASE("a ranked mutex is shared, tried and waited with as the one that it is made of") {
    RankedMutex<std::shared_mutex> settings(LockRank::keystore);
    const std::shared_lock reader(settings);
    std::thread([&] {
        const std::shared_lock another(settings, std::try_to_lock);
        CHECK(another.owns_lock());
    }).join();
    std::thread([&] { CHECK_FALSE(std::unique_lock(settings, std::try_to_lock).owns_lock()); }).join();

    RankedMutex<std::mutex> mutex(LockRank::innermost);
    std::condition_variable_any changed;
    bool ready = false;
    std::thread setter([&] {
        const std::lock_guard lock(mutex);
        ready = true;
        changed.notify_all();
    });
    {
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return ready; });
    }
    setter.join();
    CHECK(mutex.try_lock());
    mutex.unlock();
}
