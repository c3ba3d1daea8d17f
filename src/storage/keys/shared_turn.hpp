// One turn for all who wait for one: who comes first leads, the others wait for how it ends.
#pragma once

#include <condition_variable>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>

namespace myqsec::storage {

/// Has no thread of its own: one of the callers does the work for all. Don't hold a lock that the work takes.
class SharedTurn {
 public:
    /// Returns when a piece of work has ended that began after this was called: `work` of the caller itself,
    /// or that of another one. Throws what that one threw.
    void join(const std::function<void()>& work);
    /// Called by the work: from here on it takes no more callers in, for it might miss what they did.
    void begin();

 private:
    struct Round {
        bool ended = false;
        std::exception_ptr failure;
    };
    void lead(std::unique_lock<std::mutex>& lock, Round& round, const std::function<void()>& work);

    std::mutex mutex_;
    std::condition_variable ended_;
    bool working_ = false;
    std::shared_ptr<Round> gathering_;  ///< those whose work has not begun
};

}  // namespace myqsec::storage
