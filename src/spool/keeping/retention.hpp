// The end of a job, and what time does to jobs.
#pragma once

#include <functional>
#include <mutex>
#include <vector>

#include "base/ranked_mutex.hpp"
#include "spool/keeping/outputs.hpp"
#include "spool/records/context.hpp"
#include "spool/records/job_store.hpp"

namespace myqsec::spool {

/// Thread-safe.
class Retention {
 public:
    Retention(const Context& context, Outputs& outputs) : context_(context), outputs_(outputs) {}

    /// As Jobs::tick, for a proven actor.
    Instant tick(const audit::Actor& actor);
    /// A file whose job goes with a transaction of somebody else: removed at a later tick, if the job is gone
    /// by then.
    void remove_later(const storage::BlobName& blob);

 private:
    void settle_abandoned(const audit::Actor& actor);
    void remove_left_files();
    void expire(const audit::Actor& actor, Instant now);

    const Context& context_;
    Outputs& outputs_;
    RankedMutex<std::mutex> mutex_{LockRank::innermost};  // of what follows
    std::vector<storage::BlobName> left_files_;
};

/// A release that nobody is working on any more: held again, for paper may lie in the tray; audited.
void hold_possibly_printed(const Context& context, storage::Transaction& transaction,
                           const store::JobRecord& job, const audit::Actor& actor);

/// Its key is destroyed before anything else, so that what may remain of its file is noise. Key, row and
/// audit event in the caller's transaction. The caller removes the file once that has committed.
void erase_job(const Context& context, storage::Transaction& transaction, const store::JobRecord& job,
               audit::Action action, const audit::Actor& actor);

/// Commits the end of jobs; `then` removes their files. Where one of them was private, no older copy of the
/// files opens it when this returns; ERR_INCOMPLETE: it is done but for that, and the next tick tries again.
void commit_ended(const Context& context, storage::Transaction& transaction, bool was_private,
                  const std::function<void()>& then);
/// Whether the job has a document that a private queue promised to erase at once.
[[nodiscard]] bool is_private(const Context& context, const store::JobRecord& job);

}  // namespace myqsec::spool
