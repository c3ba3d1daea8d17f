// The SQL of the records of releases.
#include "spool/records/release_record.hpp"

#define RELEASE_ROWS \
    "SELECT id, job, queue, owner, person, device, ended, outcome, bytes, private FROM release_record "

// ?1 where the page begins, ?2 rows, ?3 an array of owners, ?4 one of queues.
#define ASCENDING "> ?1 ORDER BY id"
#define DESCENDING "< ?1 ORDER BY id DESC"
#define RELEASES_BEYOND(direction) "id " direction " LIMIT ?2"

// As lists of jobs: the page lies among those of the owners whose first record is nearest.
#define NEAREST_OWNERS(direction, order)                                                   \
    "WITH first(owner, id) AS MATERIALIZED (SELECT value, (SELECT id FROM release_record " \
    "WHERE owner = value AND id " direction                                                \
    " LIMIT 1) FROM json_each(?3)), "                                                      \
    "near(owner) AS MATERIALIZED (SELECT owner FROM first WHERE id IS NOT NULL "           \
    "ORDER BY id" order " LIMIT ?2) "
#define IDS_WHERE(where, direction) \
    "SELECT id FROM release_record WHERE " where " AND " RELEASES_BEYOND(direction)
#define IDS_NEAR(direction) \
    "SELECT r.id FROM near JOIN release_record r ON r.id IN (" IDS_WHERE("owner = near.owner", direction) ")"
#define IDS_IN_QUEUES(direction)                                                                       \
    "SELECT r.id FROM json_each(?4) q JOIN release_record r ON r.id IN (" IDS_WHERE("queue = q.value", \
                                                                                    direction) ")"
#define RELEASES_WITHIN(direction, order)                                                     \
    NEAREST_OWNERS(direction, order)                                                          \
    RELEASE_ROWS "WHERE id IN (SELECT id FROM (" IDS_NEAR(direction) " UNION " IDS_IN_QUEUES( \
        direction) ") ORDER BY id" order " LIMIT ?2) ORDER BY id" order

namespace myqsec::spool::store {

namespace {

constexpr BothWays all_releases{RELEASE_ROWS "WHERE " RELEASES_BEYOND(ASCENDING),
                                RELEASE_ROWS "WHERE " RELEASES_BEYOND(DESCENDING)};
constexpr BothWays releases_within{RELEASES_WITHIN(ASCENDING, ""), RELEASES_WITHIN(DESCENDING, " DESC")};

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
    main.run(
        "INSERT INTO release_record (job, queue, owner, person, device, ended, outcome, bytes, private) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        release.job, release.queue, release.owner, release.person, release.device, release.ended,
        release.outcome, release.bytes, release.private_queue);
}

Paged<ReleaseRecord> list_releases(storage::Database& main, const std::optional<JobScope>& scope,
                                   const Page& page) {
    auto rows = scope ? main.query(releases_within.of(page), page.edge(), page.rows(), json_of(scope->owners),
                                   json_of(scope->queues))
                      : main.query(all_releases.of(page), page.edge(), page.rows());
    return page_of(read_releases(std::move(rows)), page,
                   [](const ReleaseRecord& release) { return release.id.value; });
}

std::vector<std::string_view> release_list_statements() {
    return both_ways({all_releases, releases_within});
}

// Each goes by an index; that of persons has only those who released another's job.
void forget_releases_of(storage::Database& main, UserId person) {
    main.run("UPDATE release_record SET person = 0 WHERE person = $1 AND person <> owner", person);
    main.run(
        "UPDATE release_record SET owner = 0, person = CASE person WHEN $1 THEN 0 ELSE person END WHERE "
        "owner = $1",
        person);
    main.run("UPDATE job SET claimer = 0 WHERE state = $1 AND claimer = $2", JobState::processing, person);
}

}  // namespace myqsec::spool::store
