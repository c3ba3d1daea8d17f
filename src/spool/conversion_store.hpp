// The SQL of conversions.
#pragma once

#include <vector>

#include "spool/job_store.hpp"
#include "storage/sqlite/database.hpp"

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
