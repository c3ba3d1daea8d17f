// Compares jobs with the files of their documents once an opening, some at each tick, so that neither an
// opening nor a tick takes longer the more there are.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/ranked_mutex.hpp"
#include "spool/records/context.hpp"
#include "spool/records/job_store.hpp"
#include "storage/orphan_collection.hpp"

namespace myqsec::spool {

/// Thread-safe; one thread compares at a time. Files without a job are removed if this instance has named
/// them. A job without its file is aborted, for the file may only not be mounted: it keeps the key, and is
/// held again if the file comes back.
class DocumentCheck {
 public:
    explicit DocumentCheck(const Context& context) : context_(context) {}

    /// The first step, in an opening: says at once if all documents are gone.
    std::vector<storage::Vault::Finding> begin();
    /// The next one; returns when it wants to go on (Instant::max(): everything was compared).
    Instant tick();
    /// What ticks found since this was last asked.
    [[nodiscard]] std::vector<storage::Vault::Finding> take_findings();

 private:
    using Findings = std::vector<storage::Vault::Finding>;

    [[nodiscard]] bool done() const { return jobs_done_ && !files_; }
    Findings step(std::size_t most_files);
    void compare_jobs(Findings& findings);
    void compare_files(std::size_t most, Findings& findings);
    [[nodiscard]] bool differs(const store::DocumentRow& row) const;
    /// Of these jobs, those that are still as they were.
    void settle(const std::vector<store::DocumentRow>& rows, Findings& findings);

    const Context& context_;
    RankedMutex<std::mutex> alone_{LockRank::document_check};  // of what follows
    JobId reached_;
    bool jobs_done_ = false;
    bool empty_ = false;                              ///< no file was named as a document is
    std::optional<storage::OrphanCollection> files_;  ///< until all were looked at
    std::uint64_t kept_ = 0;                          ///< of no job, in an opening that accepted that
    RankedMutex<std::mutex> telling_{LockRank::innermost};
    Findings findings_;  ///< of ticks, under the lock above
};

}  // namespace myqsec::spool
