#include "spool/records/job_store.hpp"

#include <algorithm>

#define JOB_ROWS "SELECT " JOB_COLUMNS " FROM job "
#define NO_CLAIM "claim = NULL, claimer = 0, claim_device = 0"

namespace myqsec::spool::store {

namespace {

template <std::size_t N>
ByteArray<N> fixed(ByteView bytes) {
    if (bytes.size() != N) fail(Status::ERR_CORRUPT, "an identifier in a job's row has the wrong length");
    ByteArray<N> out;
    std::copy(bytes.begin(), bytes.end(), out.begin());
    return out;
}

Bytes copy(ByteView bytes) {
    return {bytes.begin(), bytes.end()};
}

JobRecord read_job(const storage::Rows& rows) {
    JobRecord job{.id = rows.id<JobId>(0),
                  .uuid = fixed<16>(rows.blob(1)),
                  .blob = fixed<16>(rows.blob(2)),
                  .queue = rows.id<QueueId>(3),
                  .owner = rows.id<UserId>(4),
                  .leaf = rows.id<LeafId>(5),
                  .name = copy(rows.blob(6)),
                  .host_name = copy(rows.blob(7)),
                  .attributes = copy(rows.blob(20)),
                  .document_format = std::string(rows.text(8)),
                  .size = static_cast<std::uint64_t>(rows.integer(9)),
                  .state = static_cast<JobState>(rows.integer(10)),
                  .reasons = std::string(rows.text(11)),
                  .submitted = rows.instant(12),
                  .printed = std::nullopt,
                  .expires = rows.instant(14),
                  .releases = rows.integer(15),
                  .claim = std::nullopt,
                  .claimer = rows.id<UserId>(18),
                  .claim_device = rows.id<DeviceId>(19),
                  .protection = rows.integer(17),
                  .private_names = rows.boolean(21)};
    if (!rows.is_null(13)) job.printed = rows.instant(13);
    if (!rows.is_null(16)) job.claim = fixed<16>(rows.blob(16));
    return job;
}

}  // namespace

std::vector<JobRecord> read_jobs(storage::Rows rows) {
    std::vector<JobRecord> jobs;
    while (rows.next())
        jobs.push_back(read_job(rows));
    return jobs;
}

JobId insert_job(storage::Database& main, const JobRecord& job) {
    return JobId(main.insert(
        "INSERT INTO job (uuid, blob, queue, owner, leaf, name, host_name, attributes, document_format, "
        "size, "
        "state, reasons, submitted, expires, releases, protection, private_names) VALUES ($1, $2, $3, $4, "
        "$5, $6, "
        "$7, $8, $9, $10, $11, $12, $13, $14, 0, $15, $16)",
        job.uuid, job.blob, job.queue, job.owner, job.leaf, job.name, job.host_name, job.attributes,
        job.document_format, job.size, job.state, job.reasons, job.submitted, job.expires, job.protection,
        job.private_names));
}

std::optional<JobRecord> find_job(storage::Database& main, JobId job) {
    auto rows = main.query(JOB_ROWS "WHERE id = $1", job);
    if (!rows.next()) return std::nullopt;
    return read_job(rows);
}

void remove_job(storage::Database& main, JobId job) {
    main.run("DELETE FROM job WHERE id = $1", job);
}

bool claim_job(storage::Database& main, JobId job, const Claimer& claimer) {
    return main.run(
               "UPDATE job SET state = $1, reasons = $2, claim = $3, claimer = $4, claim_device = $5 WHERE "
               "id "
               "= $6 AND leaf <> 0 AND state IN ($7, $8)",
               JobState::processing, reason::printing, claimer.token, claimer.person, claimer.device, job,
               JobState::pending_held, JobState::completed) == 1;
}

void end_claim(storage::Database& main, JobId job, const ClaimToken& claim, JobState state,
               std::string_view reasons) {
    main.run("UPDATE job SET state = $1, reasons = $2, " NO_CLAIM " WHERE id = $3 AND claim = $4", state,
             reasons, job, claim);
}

void settle_job(storage::Database& main, const JobRecord& job) {
    main.run("UPDATE job SET state = $1, reasons = $2, printed = $3, expires = $4, releases = $5, " NO_CLAIM
             " WHERE id = $6",
             job.state, job.reasons, job.printed, job.expires, job.releases, job.id);
}

void cancel_job(storage::Database& main, JobId job, std::string_view reasons, Instant expires) {
    main.run("UPDATE job SET state = $1, reasons = $2, expires = $3, leaf = 0, " NO_CLAIM " WHERE id = $4",
             JobState::canceled, reasons, expires, job);
}

void set_state(storage::Database& main, JobId job, JobState state, std::string_view reasons) {
    main.run("UPDATE job SET state = $1, reasons = $2 WHERE id = $3", state, reasons, job);
}

std::vector<JobRecord> processing_jobs(storage::Database& main) {
    return read_jobs(main.query(JOB_ROWS "WHERE state = $1 ORDER BY id", JobState::processing));
}

std::vector<JobRecord> expired_jobs(storage::Database& main, Instant now, std::size_t limit) {
    return read_jobs(main.query(JOB_ROWS "WHERE expires <= $1 AND state <> $2 ORDER BY expires LIMIT $3", now,
                                JobState::processing, limit));
}

std::optional<Instant> next_expiry(storage::Database& main) {
    auto rows = main.query("SELECT min(expires) FROM job WHERE state <> $1", JobState::processing);
    if (!rows.next() || rows.is_null(0)) return std::nullopt;
    return rows.instant(0);
}

std::vector<DocumentRow> documents_after(storage::Database& main, JobId after, std::size_t limit) {
    std::vector<DocumentRow> all;
    auto rows =
        main.query("SELECT id, blob, state, leaf FROM job WHERE id > $1 ORDER BY id LIMIT $2", after, limit);
    while (rows.next()) {
        all.push_back({rows.id<JobId>(0), fixed<16>(rows.blob(1)), static_cast<JobState>(rows.integer(2)),
                       rows.id<LeafId>(3)});
    }
    return all;
}

bool any_document(storage::Database& main) {
    return main.query("SELECT 1 FROM queue WHERE jobs > 0 LIMIT 1").next();
}

bool has_document(storage::Database& main, const storage::BlobName& blob) {
    return main.query("SELECT 1 FROM job WHERE blob = $1 AND leaf <> 0", blob).next();
}

// Conversions walk the jobs by id (hence +queue: not by an index on it), so that each batch goes on where the
// last one ended.

void begin_conversion(storage::Database& main, QueueId queue) {
    main.run("UPDATE queue SET converting = 1 WHERE id = $1", queue);
}

std::vector<QueueId> converting_queues(storage::Database& main) {
    std::vector<QueueId> all;
    auto rows = main.query("SELECT id FROM queue WHERE converting <> 0 ORDER BY id");
    while (rows.next())
        all.push_back(rows.id<QueueId>(0));
    return all;
}

void end_conversion(storage::Database& main, QueueId queue) {
    main.run("UPDATE queue SET converting = 0 WHERE id = $1", queue);
}

std::vector<JobRecord> jobs_to_convert(storage::Database& main, QueueId queue, std::int64_t protection,
                                       JobId after, std::size_t limit) {
    return read_jobs(
        main.query(JOB_ROWS
                   "WHERE id > $1 AND +queue = $2 AND leaf <> 0 AND protection < $3 AND state IN ($4, "
                   "$5) ORDER BY id LIMIT $6",
                   after, queue, protection, JobState::pending_held, JobState::completed,
                   static_cast<std::int64_t>(limit)));
}

bool any_to_convert(storage::Database& main, QueueId queue, std::int64_t protection) {
    return main
        .query("SELECT 1 FROM job WHERE queue = $1 AND leaf <> 0 AND protection < $2 AND state <> $3 LIMIT 1",
               queue, protection, JobState::aborted)
        .next();
}

bool set_converted(storage::Database& main, const JobRecord& job, const storage::BlobName& blob,
                   std::int64_t protection) {
    return main.run(
               "UPDATE job SET blob = $1, protection = $2 WHERE id = $3 AND blob = $4 AND leaf = $5 AND "
               "state IN ($6, "
               "$7)",
               blob, protection, job.id, job.blob, job.leaf, JobState::pending_held,
               JobState::completed) == 1;
}

}  // namespace myqsec::spool::store
