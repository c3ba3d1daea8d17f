// One turn for all who wait for one: who comes first leads, the others wait for how it ends.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "base/error.hpp"

namespace myqsec::storage {

/// Has no thread of its own: one of the callers does the work for all. Don't hold a lock that the work takes.
class SharedTurn {
 public:
    /// Returns when a piece of work has ended that began after this was called: `work` of the caller itself,
    /// or that of another one. Throws as that one did.
    void join(const std::function<void()>& work);
    /// Called by the work: from here on it takes no more callers in, for it might miss what they did.
    void begin();

 private:
    struct Round {
        bool ended = false;
        bool failed = false;
        Status status{};  ///< why, if it failed: each caller throws an Error of its own
        std::string sentence;
    };
    void lead(std::unique_lock<std::mutex>& lock, Round& round, const std::function<void()>& work);

    std::mutex mutex_;
    std::condition_variable ended_;
    bool working_ = false;
    std::shared_ptr<Round> gathering_;  ///< those whose work has not begun
};

}  // namespace myqsec::storage
