// The SQL of jobs.
#pragma once

#include <optional>
#include <vector>

#include "spool/records/job.hpp"
#include "storage/sqlite/database.hpp"

namespace myqsec::spool {

/// Says whose release a job in state processing belongs to.
using ClaimToken = ByteArray<16>;

namespace store {

/// A job's row. Personal texts are sealed.
struct JobRecord {
    JobId id;
    crypto::ContainerId uuid{};
    storage::BlobName blob{};
    QueueId queue;
    UserId owner;
    LeafId leaf;  ///< 0: the key is destroyed, there is no document
    Bytes name;
    Bytes host_name;
    Bytes attributes;
    std::string document_format;
    std::uint64_t size = 0;
    JobState state = JobState::pending_held;
    std::string reasons;
    Instant submitted;
    std::optional<Instant> printed;
    Instant expires;
    std::int64_t releases = 0;
    std::optional<ClaimToken> claim;
    UserId claimer;               ///< who releases it, none for the host
    DeviceId claim_device;        ///< and where, none away from devices
    std::int64_t protection = 1;  ///< of the queue when the document was written or converted
    bool private_names = false;   ///< name, host name and attributes need the job's key, too
};

/// What read_jobs() reads.
#define JOB_COLUMNS                                                                                 \
    "id, uuid, blob, queue, owner, leaf, name, host_name, document_format, size, state, reasons, "  \
    "submitted, printed, expires, releases, claim, protection, claimer, claim_device, attributes, " \
    "private_names"
[[nodiscard]] std::vector<JobRecord> read_jobs(storage::Rows rows);

JobId insert_job(storage::Database& main, const JobRecord& job);
[[nodiscard]] std::optional<JobRecord> find_job(storage::Database& main, JobId job);
void remove_job(storage::Database& main, JobId job);

/// Whose claim it is.
struct Claimer {
    ClaimToken token{};
    UserId person;
    DeviceId device;
};
/// pending-held or completed → processing. False if the state does not allow it: somebody else has it.
bool claim_job(storage::Database& main, JobId job, const Claimer& claimer);
/// processing, under this claim, → that state; nothing if the claim was lost to cancelling or deletion.
void end_claim(storage::Database& main, JobId job, const ClaimToken& claim, JobState state,
               std::string_view reasons);
/// A release that came to its end: writes state, reasons, printed, expires, releases and gives up the claim.
void settle_job(storage::Database& main, const JobRecord& job);
/// Without document from now on.
void cancel_job(storage::Database& main, JobId job, std::string_view reasons, Instant expires);
void set_state(storage::Database& main, JobId job, JobState state, std::string_view reasons);

[[nodiscard]] std::vector<JobRecord> processing_jobs(storage::Database& main);
[[nodiscard]] std::vector<JobRecord> expired_jobs(storage::Database& main, Instant now, std::size_t limit);
[[nodiscard]] std::optional<Instant> next_expiry(storage::Database& main);

struct DocumentRow {
    JobId job;
    storage::BlobName blob{};
    JobState state = JobState::pending_held;
    LeafId leaf;  ///< 0: there is no document
};
/// Of the next `limit` jobs by ascending id, whether they have a document or not.
[[nodiscard]] std::vector<DocumentRow> documents_after(storage::Database& main, JobId after,
                                                       std::size_t limit);
[[nodiscard]] bool any_document(storage::Database& main);
[[nodiscard]] bool has_document(storage::Database& main, const storage::BlobName& blob);

}  // namespace store

}  // namespace myqsec::spool

namespace myqsec::spool::store {

/// Its queue's jobs are looked through again.
void begin_conversion(storage::Database& main, QueueId queue);
[[nodiscard]] std::vector<QueueId> converting_queues(storage::Database& main);
void end_conversion(storage::Database& main, QueueId queue);

/// Jobs at rest with a document of an older protection than `protection`, by ascending id behind `after`.
[[nodiscard]] std::vector<JobRecord> jobs_to_convert(storage::Database& main, QueueId queue,
                                                     std::int64_t protection, JobId after, std::size_t limit);
/// Whether any is left, those being released included.
[[nodiscard]] bool any_to_convert(storage::Database& main, QueueId queue, std::int64_t protection);
/// False if the job has gone, is being released, or has another document by now.
bool set_converted(storage::Database& main, const JobRecord& job, const storage::BlobName& blob,
                   std::int64_t protection);

}  // namespace myqsec::spool::store
