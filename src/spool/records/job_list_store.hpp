// The SQL of lists of jobs. Each reads about as many rows as its page has, whatever else is stored.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/page.hpp"
#include "spool/records/job_store.hpp"

namespace myqsec::spool::store {

/// The jobs of these owners, and those in these queues: a list that goes no further.
struct JobScope {
    std::vector<UserId> owners;
    std::vector<QueueId> queues;
};

[[nodiscard]] Paged<JobRecord> list_jobs(storage::Database& main, const JobFilter& filter, const Page& page);
/// Goes through the scope's owners, though not through their jobs. One owner's jobs, and one queue's by
/// owner, are few enough to be gone through.
[[nodiscard]] Paged<JobRecord> list_jobs(storage::Database& main, const JobFilter& filter,
                                         const JobScope& scope, const Page& page);

/// Every statement that the above may run, for the test that looks at their plans.
[[nodiscard]] std::vector<std::string_view> job_list_statements();

}  // namespace myqsec::spool::store
