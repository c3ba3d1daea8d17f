// The SQL of the records of releases.
#include <algorithm>

#include "spool/records/release_record.hpp"
#include "storage/sqlite/hour_index.hpp"

#define RELEASE_ROWS \
    "SELECT id, job, queue, owner, person, device, ended, outcome, bytes, private FROM release_record "

// ?1 and ?2 the first and last id that may be of the page, ?3 rows; ?4 … ?8 what is wanted, or 0; ?9 and ?10
// when it ended; ?11 an array of owners, or NULL for all, ?12 one of queues.
#define WANTED                                                                                              \
    "id BETWEEN ?1 AND ?2 AND (?4 = 0 OR job = ?4) AND (?5 = 0 OR owner = ?5) AND (?6 = 0 OR person = ?6) " \
    "AND (?7 = 0 OR device = ?7) AND (?8 = 0 OR queue = ?8) AND ended >= ?9 AND ended < ?10"
#define VISIBLE                                                                  \
    " AND (?11 IS NULL OR owner IN (SELECT value FROM json_each(?11)) OR queue " \
    "IN (SELECT value FROM json_each(?12)))"
#define PAGE(order) " ORDER BY id" order " LIMIT ?3"

// What names the fewest leads, by its index; what else is wanted is looked at in each row.
#define RELEASES(leader, order) RELEASE_ROWS "WHERE " leader WANTED VISIBLE PAGE(order)
#define BOTH_WAYS(leader) \
    { RELEASES(leader, ""), RELEASES(leader, " DESC") }

// As lists of jobs: the page lies among those of the owners whose first record is nearest.
#define NEAREST_OWNERS(order)                                                              \
    "WITH first(owner, id) AS MATERIALIZED (SELECT value, (SELECT id FROM release_record " \
    "WHERE owner = value AND " WANTED " ORDER BY id" order                                 \
    " LIMIT 1) FROM json_each(?11)), "                                                     \
    "near(owner) AS MATERIALIZED (SELECT owner FROM first WHERE id IS NOT NULL "           \
    "ORDER BY id" order " LIMIT ?3) "
#define IDS_WHERE(where, order) "SELECT id FROM release_record WHERE " where " AND " WANTED PAGE(order)
#define IDS_NEAR(order) \
    "SELECT r.id FROM near JOIN release_record r ON r.id IN (" IDS_WHERE("owner = near.owner", order) ")"
#define IDS_IN_QUEUES(order)                                                                            \
    "SELECT r.id FROM json_each(?12) q JOIN release_record r ON r.id IN (" IDS_WHERE("queue = q.value", \
                                                                                     order) ")"
#define RELEASES_WITHIN(order)                                                                            \
    NEAREST_OWNERS(order)                                                                                 \
    RELEASE_ROWS "WHERE id IN (SELECT id FROM (" IDS_NEAR(order) " UNION " IDS_IN_QUEUES(order) ")" PAGE( \
        order) ") ORDER BY id" order

namespace myqsec::spool::store {

namespace {

constexpr BothWays all_releases BOTH_WAYS("");
constexpr BothWays releases_of_job BOTH_WAYS("job = ?4 AND ");
constexpr BothWays releases_of_owner BOTH_WAYS("owner = ?5 AND ");
constexpr BothWays releases_by_person BOTH_WAYS("person = ?6 AND ");
constexpr BothWays releases_at_device BOTH_WAYS("device = ?7 AND ");
constexpr BothWays releases_in_queue BOTH_WAYS("queue = ?8 AND ");
constexpr BothWays releases_within{RELEASES_WITHIN(""), RELEASES_WITHIN(" DESC")};

const BothWays& statement_for(const ReleaseFilter& filter, bool within_scope) {
    if (filter.job) return releases_of_job;
    if (filter.owner) return releases_of_owner;
    if (filter.person) return releases_by_person;
    if (filter.device) return releases_at_device;
    if (filter.queue) return releases_in_queue;
    return within_scope ? releases_within : all_releases;
}

constexpr storage::HourIndex hours_of_ids{"release_hour", "first_id", "last_id"};

std::vector<ReleaseRecord> read_releases(storage::Rows rows) {
    std::vector<ReleaseRecord> all;
    while (rows.next()) {
        ReleaseRecord release{.id = rows.id<ReleaseId>(0),
                              .job = rows.id<JobId>(1),
                              .queue = rows.id<QueueId>(2),
                              .owner = rows.id<UserId>(3),
                              .person = rows.id<UserId>(4),
                              .device = rows.id<DeviceId>(5),
                              .ended = rows.instant(6),
                              .outcome = static_cast<ReleaseOutcome>(rows.integer(7)),
                              .bytes = std::nullopt,
                              .private_queue = rows.boolean(9)};
        if (!rows.is_null(8)) release.bytes = static_cast<std::uint64_t>(rows.integer(8));
        all.push_back(release);
    }
    return all;
}

}  // namespace

void insert_release(storage::Database& main, const ReleaseRecord& release) {
    const auto id = main.insert(
        "INSERT INTO release_record (job, queue, owner, person, device, ended, outcome, bytes, private) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        release.job, release.queue, release.owner, release.person, release.device, release.ended,
        release.outcome, release.bytes, release.private_queue);
    hours_of_ids.add(main, storage::HourIndex::hour_of(release.ended), id);
}

Paged<ReleaseRecord> list_releases(storage::Database& main, const ReleaseFilter& filter,
                                   const std::optional<JobScope>& scope, const Page& page) {
    const storage::Snapshot one_state(main);
    auto range = hours_of_ids.between(main, filter.from, filter.to);
    if (page.descending) {
        range.last = std::min(range.last, page.edge() - 1);
    } else {
        range.first = std::max(range.first, std::min(page.edge(), INT64_MAX - 1) + 1);
    }
    auto wanted = filter;
    if (scope && scope->queues.empty() && scope->owners.size() == 1) {
        if (filter.owner && filter.owner != scope->owners.front()) return {};
        wanted.owner = scope->owners.front();
    }
    const auto& statement = statement_for(wanted, scope.has_value());
    using Array = std::optional<std::string>;
    const auto owners = scope ? Array(json_of(scope->owners)) : Array();
    const auto queues = scope ? Array(json_of(scope->queues)) : Array();
    return page_of(read_releases(main.query(statement.of(page), range.first, range.last, page.rows(),
                                            wanted.job, wanted.owner, wanted.person, wanted.device,
                                            wanted.queue, wanted.from, wanted.to, owners, queues)),
                   page, [](const ReleaseRecord& release) { return release.id.value; });
}

std::vector<std::string_view> release_list_statements() {
    return both_ways({all_releases, releases_of_job, releases_of_owner, releases_by_person,
                      releases_at_device, releases_in_queue, releases_within});
}

// Each goes by an index.
void forget_releases_of(storage::Database& main, UserId person) {
    main.run("UPDATE release_record SET person = 0 WHERE person = $1 AND person <> owner", person);
    main.run(
        "UPDATE release_record SET owner = 0, person = CASE person WHEN $1 THEN 0 ELSE person END WHERE "
        "owner = $1",
        person);
    main.run("UPDATE job SET claimer = 0 WHERE state = $1 AND claimer = $2", JobState::processing, person);
}

}  // namespace myqsec::spool::store
