// The releases under way in this process, so that they can be stopped and waited for.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <list>
#include <mutex>
#include <thread>

#include "base/id.hpp"
#include "base/ranked_mutex.hpp"
#include "spool/job_store.hpp"

namespace myqsec::spool {

/// Thread-safe. No lock is held while a sink is called.
class Outputs {
    struct Entry {
        JobId job;
        SessionId session;
        ClaimToken claim;
        std::thread::id thread;
        std::atomic<bool> stop = false;
    };

 public:
    /// One release, from before its claim until it is settled.
    class Output {
     public:
        Output(Outputs& outputs, JobId job, SessionId session, const ClaimToken& claim);
        Output(const Output&) = delete;
        Output& operator=(const Output&) = delete;
        ~Output();

        /// Throws ERR_NOT_POSSIBLE once the release was stopped.
        void check() const;

     private:
        Outputs& outputs_;
        std::list<Entry>::iterator entry_;
    };

    /// A sink may not touch the job it is being given: throws ERR_REENTRANT.
    void refuse_own(JobId job) const;
    [[nodiscard]] bool running(const ClaimToken& claim) const;

    void stop(JobId job);
    /// Waits until the session has no output any more; false if that takes longer. ERR_REENTRANT from its own
    /// sink.
    [[nodiscard]] bool stop(SessionId session, std::chrono::milliseconds patience);

 private:
    mutable RankedMutex<std::mutex> mutex_{LockRank::innermost};
    std::condition_variable_any over_;
    std::list<Entry> entries_;
};

}  // namespace myqsec::spool
