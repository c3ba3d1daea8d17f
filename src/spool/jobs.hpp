// Jobs: intake, lists, cancelling, deletion, release, retention.
//
//   pending-held ──claim──► processing ──printed──► completed (secure, direct) ──claim──► processing …
//        ▲                    │  │                  or gone  (private, or no time for reprint)
//        └── sink failed, ────┘  └── cancel ──► canceled
//            damaged, crash
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "access/access.hpp"
#include "base/page.hpp"
#include "spool/documents/job_reader.hpp"
#include "spool/documents/job_release.hpp"
#include "spool/documents/job_writer.hpp"
#include "spool/documents/release_sink.hpp"
#include "spool/records/context.hpp"
#include "spool/records/job.hpp"
#include "spool/records/release_record.hpp"

namespace myqsec::spool {

using Finding = storage::Vault::Finding;

/// Thread-safe. What it is built from outlives it. Jobs of others are ERR_NOT_FOUND unless the principal may
/// see them; the refusal is audited all the same.
class Jobs {
 public:
    explicit Jobs(const Context& context);
    ~Jobs();

    /// Call once after opening, before anything else: finishes or undoes what a crash left, audits it, and
    /// says so.
    /// Begins to compare jobs with their files, which ticks go on with: a job whose file is missing is
    /// aborted, a file without a job is removed.
    std::vector<Finding> recover();
    /// What ticks found since this was last asked.
    [[nodiscard]] std::vector<Finding> take_findings();

    /// job.submit, or job.submit.for-others; and the owner's access to the queue.
    /// ERR_NOT_FOUND (queue, owner), ERR_NOT_POSSIBLE (queue or owner disabled), ERR_INVALID_ARGUMENT.
    std::unique_ptr<JobWriter> submit(const access::Principal& principal, const JobFields& fields);

    /// One's own jobs, and those over which one has job.manage.all; by id. A job past its expiry is in no
    /// list and ERR_NOT_FOUND everywhere, though a tick has yet to erase it: a page may hold fewer than its
    /// limit while there is another.
    [[nodiscard]] Paged<Job> list(const access::Principal& principal, const JobFilter& filter,
                                  const Page& page = {});
    [[nodiscard]] Job get(const access::Principal& principal, JobId job);

    /// job.manage.own or job.manage.all. Destroys the key at once; output under way stops at its next chunk.
    /// ERR_NOT_POSSIBLE unless the job is held or being released.
    void cancel(const access::Principal& principal, JobId job);
    /// job.manage.own or job.manage.all. Key, row and file. ERR_NOT_POSSIBLE while it is being released.
    void remove(const access::Principal& principal, JobId job);

    /// job.release.own or job.release.all; session.host in direct queues. Of two at the same instant one
    /// prints. Session and cancelling are checked again before each write to the sink, which is called
    /// without any lock held. ERR_NOT_POSSIBLE, ERR_CALLBACK (held again), ERR_CORRUPT (held; nothing
    /// unverified left), ERR_SESSION_ENDED, ERR_REENTRANT (from the sink of the same job).
    void release(const access::Principal& principal, JobId job, const ReleaseOptions& options,
                 ReleaseSink& sink);
    /// The same, fetched piece by piece by the caller in place of a sink: it ends by its finish(), or is
    /// undone.
    std::unique_ptr<JobRelease> begin_release(const access::Principal& principal, JobId job,
                                              const ReleaseOptions& options);
    /// How releases ended, of the jobs that list() shows or would still show; by id.
    [[nodiscard]] Paged<ReleaseRecord> releases(const access::Principal& principal,
                                                const ReleaseFilter& filter = {}, const Page& page = {});
    /// Undoes what a session that has ended was fetching.
    void undo_pulled(SessionId session);
    /// Stops what a session is releasing and waits for the sinks to be done with. False if that takes longer
    /// than `patience`: bytes may still reach the device. ERR_REENTRANT from one of these sinks.
    [[nodiscard]] bool stop_output(SessionId session, std::chrono::milliseconds patience);

    /// job.preview.own where the queue allows it, or job.export; audited.
    std::unique_ptr<JobReader> open_document(const access::Principal& principal, JobId job);

    /// instance.tick. Deletes what has expired and retries what a full disk prevented; returns when it wants
    /// to be called again (Instant::max(): no need). After a step of the clock beyond clock.max_step jobs
    /// expire by the time that is known to have passed (TrustedClock). Converts some jobs to what their queue
    /// was given, and compares some with their files.
    Instant tick(const access::Principal& principal);
    /// The clock is doubted: what is dated by it, and belongs to an upper layer, may not expire.
    [[nodiscard]] bool deletion_suspended() const;
    /// What is dated by the clock may look so much older than it is.
    [[nodiscard]] Duration clock_lag() const;
    /// settings.change.storage: the clock is right. What waits to expire has as long left as before.
    void confirm_clock(const access::Principal& principal);

    /// For the removal of a user; joins its transaction. Files follow at the next tick or opening. Records of
    /// releases stay, and name the user no more.
    void remove_of_user(storage::Transaction& transaction, const audit::Actor& actor, UserId user);

 private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace myqsec::spool
