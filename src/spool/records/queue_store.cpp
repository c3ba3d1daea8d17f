#include "spool/records/queue_store.hpp"

#include "spool/records/job.hpp"

#define QUEUE_ROWS                                                                                  \
    "SELECT id, kind, name, retention_held, retention_printed, max_job_size, enabled, restricted, " \
    "encrypted, protection, converting, jobs, preview FROM queue "

// There are few queues, and most people see most of them: this goes through them by id.
#define LISTED_QUEUES(direction)                                                                            \
    QUEUE_ROWS                                                                                              \
    "WHERE (?3 OR id IN (SELECT value FROM json_each(?4)) OR "                                              \
    "((?5 OR id IN (SELECT value FROM json_each(?6))) AND (restricted = 0 OR EXISTS (SELECT 1 FROM "        \
    "queue_access a WHERE a.queue = queue.id AND ((a.user_id <> 0 AND a.user_id = ?7) OR (a.group_id <> 0 " \
    "AND a.group_id IN "                                                                                    \
    "(SELECT value FROM json_each(?8)))))))) AND id " direction " LIMIT ?2"

namespace myqsec::spool::store {

namespace {

constexpr BothWays listed_queues{LISTED_QUEUES("> ?1 ORDER BY id"), LISTED_QUEUES("< ?1 ORDER BY id DESC")};

/// What has expired lies in an index: as many rows as no tick has erased yet.
constexpr std::string_view documents_over =
    "SELECT queue, count(*) FROM job INDEXED BY job_expires WHERE expires <= ?1 AND state <> ?2 AND leaf <> "
    "0 GROUP BY queue";

Queue read_queue(const storage::Rows& rows) {
    return {.id = rows.id<QueueId>(0),
            .kind = static_cast<QueueKind>(rows.integer(1)),
            .name = std::string(rows.text(2)),
            .retention_held = Duration(rows.integer(3)),
            .retention_printed = Duration(rows.integer(4)),
            .max_job_size = static_cast<std::uint64_t>(rows.integer(5)),
            .enabled = rows.boolean(6),
            .restricted = rows.boolean(7),
            .preview = rows.boolean(12),
            .encrypted = rows.boolean(8),
            .certificates = {},
            .protection = rows.integer(9),
            .converting = rows.boolean(10),
            .jobs = rows.integer(11)};
}

std::vector<Queue> read_queues(storage::Rows rows) {
    std::vector<Queue> queues;
    while (rows.next())
        queues.push_back(read_queue(rows));
    return queues;
}

std::vector<CertificateId> recipients(storage::Database& main, QueueId queue) {
    std::vector<CertificateId> all;
    auto rows =
        main.query("SELECT certificate FROM queue_certificate WHERE queue = $1 ORDER BY certificate", queue);
    while (rows.next())
        all.push_back(rows.id<CertificateId>(0));
    return all;
}

}  // namespace

QueueId insert_queue(storage::Database& main, const Queue& queue) {
    return QueueId(
        main.insert("INSERT INTO queue (kind, name, retention_held, retention_printed, max_job_size, "
                    "enabled, restricted, encrypted, protection, preview) "
                    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                    queue.kind, queue.name, queue.retention_held.count(), queue.retention_printed.count(),
                    queue.max_job_size, queue.enabled, queue.restricted, queue.encrypted, queue.protection,
                    queue.preview));
}

void update_queue(storage::Database& main, const Queue& queue) {
    main.run(
        "UPDATE queue SET name = $1, retention_held = $2, retention_printed = $3, max_job_size = $4, enabled "
        "= $5, "
        "restricted = $6, encrypted = $7, protection = $8, converting = $9, preview = $10 WHERE id = $11",
        queue.name, queue.retention_held.count(), queue.retention_printed.count(), queue.max_job_size,
        queue.enabled, queue.restricted, queue.encrypted, queue.protection, queue.converting, queue.preview,
        queue.id);
}

void set_recipients(storage::Database& main, QueueId queue, const std::vector<CertificateId>& certificates) {
    main.run("DELETE FROM queue_certificate WHERE queue = $1", queue);
    for (const auto certificate : certificates)
        main.run("INSERT INTO queue_certificate (queue, certificate) VALUES ($1, $2)", queue, certificate);
}

void remove_queue(storage::Database& main, QueueId queue) {
    main.run("DELETE FROM queue_access WHERE queue = $1", queue);
    main.run("DELETE FROM queue_certificate WHERE queue = $1", queue);
    main.run("DELETE FROM job WHERE queue = $1 AND leaf = 0", queue);
    main.run("DELETE FROM queue WHERE id = $1", queue);
}

std::optional<Queue> find_queue(storage::Database& main, QueueId queue) {
    std::optional<Queue> found;
    {
        auto rows = main.query(QUEUE_ROWS "WHERE id = $1", queue);
        if (rows.next()) found = read_queue(rows);
    }
    if (found) found->certificates = recipients(main, queue);
    return found;
}

std::optional<QueueId> find_queue_named(storage::Database& main, std::string_view name) {
    auto rows = main.query("SELECT id FROM queue WHERE name = $1", name);
    if (!rows.next()) return std::nullopt;
    return rows.id<QueueId>(0);
}

Paged<Queue> list_queues(storage::Database& main, const QueueView& view, const Page& page) {
    auto queues = page_of(read_queues(main.query(listed_queues.of(page), page.edge(), page.rows(), view.all,
                                                 json_of(view.managed), view.submits_everywhere,
                                                 json_of(view.submits), view.user, json_of(view.groups))),
                          page, [](const Queue& queue) { return queue.id.value; });
    for (auto& queue : queues)
        queue.certificates = recipients(main, queue.id);
    return queues;
}

std::map<QueueId, std::int64_t> count_documents_over(storage::Database& main, Instant now) {
    std::map<QueueId, std::int64_t> out;
    auto rows = main.query(documents_over, now, JobState::processing);
    while (rows.next())
        out.emplace(rows.id<QueueId>(0), rows.integer(1));
    return out;
}

std::optional<Duration> shortest_retention(storage::Database& main) {
    auto rows = main.query(
        "SELECT min(retention) FROM (SELECT retention_held AS retention FROM queue UNION ALL "
        "SELECT retention_printed FROM queue WHERE retention_printed > 0)");
    if (!rows.next() || rows.is_null(0)) return std::nullopt;
    return Duration(rows.integer(0));
}

std::vector<std::string_view> queue_list_statements() {
    auto all = both_ways({listed_queues});
    all.push_back(documents_over);
    return all;
}

bool allow(storage::Database& main, QueueId queue, const Allowed& who) {
    return main.run(
               "INSERT INTO queue_access (queue, user_id, group_id) VALUES ($1, $2, $3) ON CONFLICT DO "
               "NOTHING",
               queue, who.user, who.group) > 0;
}

bool disallow(storage::Database& main, QueueId queue, const Allowed& who) {
    return main.run("DELETE FROM queue_access WHERE queue = $1 AND user_id = $2 AND group_id = $3", queue,
                    who.user, who.group) > 0;
}

std::vector<Allowed> allowed(storage::Database& main, QueueId queue) {
    std::vector<Allowed> all;
    auto rows = main.query("SELECT user_id, group_id FROM queue_access WHERE queue = $1", queue);
    while (rows.next())
        all.push_back({rows.id<UserId>(0), rows.id<GroupId>(1)});
    return all;
}

std::vector<QueueId> queues_open_to(storage::Database& main, const std::vector<GroupId>& groups) {
    std::vector<QueueId> queues;
    auto rows = main.query(
        "SELECT DISTINCT a.queue FROM queue_access a JOIN queue q ON q.id = a.queue WHERE q.restricted AND "
        "a.group_id IN (SELECT value FROM json_each($1)) AND a.group_id <> 0 ORDER BY a.queue",
        json_of(groups));
    while (rows.next())
        queues.push_back(rows.id<QueueId>(0));
    return queues;
}

void disallow_everywhere(storage::Database& main, UserId user) {
    main.run("DELETE FROM queue_access WHERE user_id = $1", user);
}

}  // namespace myqsec::spool::store
