#include "spool/records/job_list_store.hpp"

#include <algorithm>

#define JOB_ROWS "SELECT " JOB_COLUMNS " FROM job "

// ?1 where the page begins, ?2 rows, ?3 the states' bits, ?4 a queue or 0, ?5 one owner or an array of them,
// ?6 an array of queues or NULL.
#define JOBS_BEYOND(direction) "id " direction " LIMIT ?2"
#define ASCENDING "> ?1 ORDER BY id"
#define DESCENDING "< ?1 ORDER BY id DESC"

#define ALL_JOBS(direction) JOB_ROWS "WHERE " JOBS_BEYOND(direction)

// Rows of one state lie in an index by id; those of several are merged.
#define IDS_IN_STATE(where, state, direction)                                               \
    "SELECT id FROM (SELECT id FROM job WHERE " where "state = " state " AND (?3 >> " state \
    ") & 1 AND " JOBS_BEYOND(direction) ")"
#define IDS_IN_STATES(where, direction)                                                                     \
    IDS_IN_STATE(where, "4", direction)                                                                     \
    " UNION ALL " IDS_IN_STATE(where, "5", direction) " UNION ALL " IDS_IN_STATE(                           \
        where, "7", direction) " UNION ALL " IDS_IN_STATE(where, "8",                                       \
                                                          direction) " UNION ALL " IDS_IN_STATE(where, "9", \
                                                                                                direction)
#define JOBS_WITH(ids, order) \
    JOB_ROWS "WHERE id IN (SELECT id FROM (" ids ") ORDER BY id" order " LIMIT ?2) ORDER BY id" order
#define JOBS_IN_STATES(direction, order) JOBS_WITH(IDS_IN_STATES("", direction), order)
#define JOBS_OF_QUEUE(direction, order) JOBS_WITH(IDS_IN_STATES("queue = ?4 AND ", direction), order)

#define FILTERED "(?3 >> state) & 1 AND (?4 = 0 OR queue = ?4) AND "
#define JOBS_OF_OWNER(direction)     \
    JOB_ROWS                         \
    "WHERE owner = ?5 AND " FILTERED \
    "(?6 IS NULL OR queue IN (SELECT value FROM json_each(?6))) AND " JOBS_BEYOND(direction)

// The page lies among the jobs of those owners whose first job is nearest.
#define JOBS_WITHIN(direction, order) \
    "WITH first(owner, id) AS MATERIALIZED (SELECT value, (SELECT id FROM job WHERE owner = value " \
    "AND "  \
    FILTERED "id " direction " LIMIT 1) FROM json_each(?5)), "                                           \
    "near(owner) AS MATERIALIZED (SELECT owner FROM first WHERE id IS NOT NULL ORDER BY id" order        \
    " LIMIT ?2) "                                                                                        \
    JOBS_WITH("SELECT j.id FROM near JOIN job j ON j.id IN (SELECT id FROM job WHERE owner = near.owner " \
              "AND " FILTERED JOBS_BEYOND(direction) ") UNION "                                          \
              "SELECT j.id FROM json_each(?6) q JOIN job j ON j.id IN ("                                 \
              IDS_IN_STATES("queue = q.value AND ", direction) ")", order)

namespace myqsec::spool::store {

namespace {

constexpr BothWays all_jobs{ALL_JOBS(ASCENDING), ALL_JOBS(DESCENDING)};
constexpr BothWays jobs_in_states{JOBS_IN_STATES(ASCENDING, ""), JOBS_IN_STATES(DESCENDING, " DESC")};
constexpr BothWays jobs_of_queue{JOBS_OF_QUEUE(ASCENDING, ""), JOBS_OF_QUEUE(DESCENDING, " DESC")};
constexpr BothWays jobs_of_owner{JOBS_OF_OWNER(ASCENDING), JOBS_OF_OWNER(DESCENDING)};
constexpr BothWays jobs_within{JOBS_WITHIN(ASCENDING, ""), JOBS_WITHIN(DESCENDING, " DESC")};

Paged<JobRecord> read_page(storage::Rows rows, const Page& page) {
    return page_of(read_jobs(std::move(rows)), page, [](const JobRecord& job) { return job.id.value; });
}

Paged<JobRecord> of_owner(storage::Database& main, const JobFilter& filter,
                          const std::optional<std::string>& queues, const Page& page) {
    return read_page(main.query(jobs_of_owner.of(page), page.edge(), page.rows(), filter.states, filter.queue,
                                filter.owner, queues),
                     page);
}

}  // namespace

bool JobScope::has(UserId owner, QueueId queue) const {
    const auto among = [](const auto& all, const auto& one) {
        return std::ranges::find(all, one) != all.end();
    };
    return among(owners, owner) || among(queues, queue) ||
           std::ranges::any_of(shares, [&](const Share& share) {
               return share.queue == queue && among(share.owners, owner);
           });
}

JobScope JobScope::widened() const {
    JobScope wide{owners, queues};
    for (const auto& share : shares)
        wide.owners.insert(wide.owners.end(), share.owners.begin(), share.owners.end());
    std::ranges::sort(wide.owners);
    wide.owners.erase(std::unique(wide.owners.begin(), wide.owners.end()), wide.owners.end());
    return wide;
}

Paged<JobRecord> list_jobs(storage::Database& main, const JobFilter& filter, const Page& page) {
    if (filter.owner) return of_owner(main, filter, std::nullopt, page);
    if (filter.queue) {
        return read_page(
            main.query(jobs_of_queue.of(page), page.edge(), page.rows(), filter.states, filter.queue), page);
    }
    if (filter.states != any_state) {
        return read_page(main.query(jobs_in_states.of(page), page.edge(), page.rows(), filter.states), page);
    }
    return read_page(main.query(all_jobs.of(page), page.edge(), page.rows()), page);
}

Paged<JobRecord> list_jobs(storage::Database& main, const JobFilter& filter, const JobScope& scope,
                           const Page& page) {
    const auto names = [](const auto& all, const auto& one) {
        return std::find(all.begin(), all.end(), one) != all.end();
    };
    if (scope.queues.empty() && scope.owners.size() == 1) {
        if (filter.owner && filter.owner != scope.owners.front()) return {};
        auto own = filter;
        own.owner = scope.owners.front();
        return list_jobs(main, own, page);
    }
    if (filter.queue && names(scope.queues, filter.queue)) return list_jobs(main, filter, page);
    // Another queue than the one that is wanted adds nothing.
    const auto queues = json_of(filter.queue ? std::vector<QueueId>() : scope.queues);
    if (filter.owner && names(scope.owners, filter.owner)) return list_jobs(main, filter, page);
    if (filter.owner) return of_owner(main, filter, queues, page);
    return read_page(main.query(jobs_within.of(page), page.edge(), page.rows(), filter.states, filter.queue,
                                json_of(scope.owners), queues),
                     page);
}

std::vector<std::string_view> job_list_statements() {
    return both_ways({all_jobs, jobs_in_states, jobs_of_queue, jobs_of_owner, jobs_within});
}

}  // namespace myqsec::spool::store
