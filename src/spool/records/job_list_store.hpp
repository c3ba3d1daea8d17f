// The SQL of lists of jobs. Each reads about as many rows as its page has, whatever else is stored.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/page.hpp"
#include "spool/records/job_store.hpp"

namespace myqsec::spool::store {

/// The jobs of these owners, those in these queues, and the shares: a list that goes no further.
struct JobScope {
    /// The jobs of these owners in one queue.
    struct Share {
        QueueId queue;
        std::vector<UserId> owners;
    };

    std::vector<UserId> owners;
    std::vector<QueueId> queues;
    std::vector<Share> shares{};

    [[nodiscard]] bool has(UserId owner, QueueId queue) const;
    /// Without shares: all jobs of their owners instead. Lists take no narrower one; their caller drops what
    /// the scope does not have.
    [[nodiscard]] JobScope widened() const;
};

[[nodiscard]] Paged<JobRecord> list_jobs(storage::Database& main, const JobFilter& filter, const Page& page);
/// Goes through the scope's owners, though not through their jobs. One owner's jobs, and one queue's by
/// owner, are few enough to be gone through.
[[nodiscard]] Paged<JobRecord> list_jobs(storage::Database& main, const JobFilter& filter,
                                         const JobScope& scope, const Page& page);

/// Every statement that the above may run, for the test that looks at their plans.
[[nodiscard]] std::vector<std::string_view> job_list_statements();

}  // namespace myqsec::spool::store
