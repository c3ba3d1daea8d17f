// The releases under way in this process, so that they can be stopped and waited for.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <list>
#include <memory>
#include <mutex>
#include <thread>

#include "access/rights/principal.hpp"
#include "base/id.hpp"
#include "base/ranked_mutex.hpp"
#include "spool/records/job_store.hpp"

namespace myqsec::spool {

/// Who fetches a released document when it likes, and so may be doing nothing just when it is stopped.
class Puller {
 public:
    virtual ~Puller() = default;
    /// Undoes the release unless it is settled; waits for a call under way.
    virtual void undo() noexcept = 0;
};

/// Thread-safe. No lock is held while a sink or a puller is called.
class Outputs {
    struct Entry {
        JobId job;
        access::Principal principal;
        ClaimToken claim;
        std::thread::id thread;  ///< whose sink it runs; none for a puller
        std::weak_ptr<Puller> puller{};
        std::atomic<bool> stop = false;
    };

 public:
    /// One release, from before its claim until it is settled.
    class Output {
     public:
        Output(Outputs& outputs, JobId job, const access::Principal& principal, const ClaimToken& claim);
        Output(const Output&) = delete;
        Output& operator=(const Output&) = delete;
        ~Output();

        /// Throws ERR_NOT_POSSIBLE once the release was stopped.
        void check() const;
        /// It runs no sink: whoever stops it has it undone.
        void pulled_by(std::weak_ptr<Puller> puller);

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
    /// Undoes what is being pulled by those for whom `ended` holds.
    template <class Ended>
    void undo_pulled(Ended&& ended) {
        for (const auto& [principal, puller] : pullers()) {
            if (ended(principal)) puller->undo();
        }
    }

 private:
    using Pulling = std::pair<access::Principal, std::shared_ptr<Puller>>;
    [[nodiscard]] std::vector<Pulling> pullers() const;

    mutable RankedMutex<std::mutex> mutex_{LockRank::innermost};
    std::condition_variable_any over_;
    std::list<Entry> entries_;
};

}  // namespace myqsec::spool
