// A job from the claim of its release until that is settled, however its document leaves.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/stages.hpp"
#include "crypto/random.hpp"
#include "spool/documents/document.hpp"
#include "spool/documents/release_sink.hpp"
#include "spool/keeping/outputs.hpp"
#include "spool/permits/delegation.hpp"
#include "spool/records/context.hpp"
#include "spool/records/queue.hpp"
#include "spool/records/release_record.hpp"

namespace myqsec::spool {

/// Settled exactly once. One that is destroyed unsettled is left to tick(), as one that a crash cut off is.
class ReleaseClaim {
    /// By whose right it leaves.
    struct Permission {
        audit::Actor actor;
        std::optional<Delegation> delegation;
    };
    [[nodiscard]] static Permission permission(const Context& context, const Outputs& outputs,
                                               const access::Principal& principal, JobId job);

 public:
    /// Rights, the queue's rules, the claim in one statement, the document. Throws as Jobs::release; what it
    /// had claimed is held again.
    ReleaseClaim(const Context& context, Outputs& outputs, const access::Principal& principal, JobId job,
                 const ReleaseOptions& options);
    ReleaseClaim(const ReleaseClaim&) = delete;
    ReleaseClaim& operator=(const ReleaseClaim&) = delete;

    [[nodiscard]] Document& document() { return *document_; }
    [[nodiscard]] Outputs::Output& output() { return output_; }
    /// What the job says of itself, as attribute_lines() has it: whoever is given the document is told how it
    /// is to be printed, a delegate who reads no names, too. Empty once the owner's key is destroyed.
    [[nodiscard]] std::string attributes() const;
    /// Throws unless the output may go on: it was stopped, as for a deleted job, its session has ended, a
    /// delegate's permission is over, or this is a forked child of the process that claimed the job.
    void require_live() const;
    /// What the document goes through on its way to `out`, in one list: what changes what is printed is a
    /// line there. Both outlive it.
    [[nodiscard]] Stages stages_to(ByteSink& out);
    /// So much of the document has been passed on; of that, so much was not fetched.
    void passed(std::size_t bytes) { passed_ += bytes; }
    void not_fetched(std::size_t bytes) { passed_ -= bytes; }

    /// The device has accepted all of it.
    void printed();
    /// Held again, or completed as it was; what was cancelled or deleted meanwhile stays so.
    void failed(Status why) noexcept;
    /// The same where whoever fetched it did so without an end. Throws if that can't be written: tick() then
    /// settles it.
    void abandoned();

 private:
    [[nodiscard]] store::JobRecord take();
    void settle_failed(std::string_view held, std::string_view why);
    void finish_erased(storage::Transaction& transaction, const store::JobRecord& job, QueueKind kind);
    void finish_kept(storage::Transaction& transaction, store::JobRecord job, Duration retention_printed);
    /// How it ended, to the audit log and in the record that outlives the job.
    void conclude(storage::Transaction& transaction, ReleaseOutcome outcome,
                  std::vector<audit::Change> changes);

    const Context& context_;
    Outputs& outputs_;
    const access::Principal principal_;
    const JobId id_;
    const Permission permission_;
    const bool keep_;
    const ClaimToken token_;
    const std::uint32_t process_ = crypto::fork_generation();  ///< a sink may fork: one process prints
    bool is_reprint_ = false;
    // From before the claim, so that no tick takes it for a dead one, until after settling, so that logout
    // waits for that.
    Outputs::Output output_;
    ReleaseRecord record_;
    std::uint64_t passed_ = 0;
    std::optional<Document> document_;
};

/// The status of what is being thrown: why a release failed.
[[nodiscard]] Status status_of(const std::exception& failure);

}  // namespace myqsec::spool
