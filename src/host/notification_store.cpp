#include "host/notification_store.hpp"

#include "base/bytes.hpp"

namespace myqsec::host::store {

namespace {

#define NOTIFICATIONS \
    "SELECT id, time, action, result, actor, object_kind, object, person, changes FROM notification "
#define TEXTS "SELECT id, action, language, subject, body FROM notification_text "
constexpr BothWays listed_notifications{NOTIFICATIONS "WHERE id > $1 ORDER BY id LIMIT $2",
                                        NOTIFICATIONS "WHERE id < $1 ORDER BY id DESC LIMIT $2"};
constexpr BothWays listed_texts{TEXTS "WHERE id > $1 ORDER BY id LIMIT $2",
                                TEXTS "WHERE id < $1 ORDER BY id DESC LIMIT $2"};

Bytes encoded(const std::vector<audit::Change>& changes) {
    ByteWriter writer;
    writer.integer(static_cast<std::uint32_t>(changes.size()));
    for (const auto& change : changes) {
        for (const auto* text : {&change.field, &change.old_value, &change.new_value})
            writer.field(as_bytes(*text));
    }
    return writer.take();
}

std::vector<audit::Change> decoded(ByteView bytes) {
    ByteReader reader(bytes, "a notification");
    std::vector<audit::Change> out;
    for (auto left = reader.integer<std::uint32_t>(); left > 0; --left) {
        audit::Change change;
        for (auto* text : {&change.field, &change.old_value, &change.new_value})
            *text = as_text(reader.field());
        out.push_back(std::move(change));
    }
    return out;
}

Notification read_notification(const storage::Rows& rows) {
    return {.id = rows.integer(0),
            .time = rows.instant(1),
            .action = static_cast<audit::Action>(rows.integer(2)),
            .result = static_cast<audit::Result>(rows.integer(3)),
            .actor = rows.id<UserId>(4),
            .object = {static_cast<audit::ObjectKind>(rows.integer(5)), rows.integer(6)},
            .person = rows.id<UserId>(7),
            .changes = decoded(rows.blob(8))};
}

NotificationText read_text(const storage::Rows& rows) {
    return {rows.integer(0), static_cast<audit::Action>(rows.integer(1)), std::string(rows.text(2)),
            std::string(rows.text(3)), std::string(rows.text(4))};
}

}  // namespace

std::vector<audit::Action> notified_actions(storage::Database& main) {
    std::vector<audit::Action> out;
    auto rows = main.query("SELECT action FROM notification_event ORDER BY action");
    while (rows.next())
        out.push_back(static_cast<audit::Action>(rows.integer(0)));
    return out;
}

void set_notified_actions(storage::Database& main, const std::vector<audit::Action>& actions) {
    main.run("DELETE FROM notification_event");
    for (const auto action : actions)
        main.run("INSERT INTO notification_event (action) VALUES ($1)", action);
}

void insert_notification(storage::Database& main, const Notification& one) {
    main.run(
        "INSERT INTO notification (time, action, result, actor, object_kind, object, person, changes) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        one.time, one.action, one.result, one.actor, one.object.kind, one.object.id, one.person,
        encoded(one.changes));
}

std::optional<Notification> find_notification(storage::Database& main, std::int64_t id) {
    auto rows = main.query(NOTIFICATIONS "WHERE id = $1", id);
    if (!rows.next()) return std::nullopt;
    return read_notification(rows);
}

Paged<Notification> list_notifications(storage::Database& main, const Page& page) {
    std::vector<Notification> out;
    auto rows = main.query(listed_notifications.of(page), page.edge(), page.rows());
    while (rows.next())
        out.push_back(read_notification(rows));
    return page_of(std::move(out), page, [](const Notification& one) { return one.id; });
}

void delete_notifications_to(storage::Database& main, std::int64_t id) {
    main.run("DELETE FROM notification WHERE id <= $1", id);
}

std::int64_t delete_notifications_before(storage::Database& main, Instant time, std::int64_t most) {
    return main.run(
        "DELETE FROM notification WHERE id IN (SELECT id FROM notification ORDER BY id LIMIT $1) "
        "AND time < $2",
        most, time);
}

void delete_notifications_of(storage::Database& main, UserId person) {
    main.run("DELETE FROM notification WHERE person = $1", person);
    main.run("UPDATE notification SET actor = 0 WHERE actor = $1", person);
}

std::optional<Instant> oldest_notification(storage::Database& main) {
    auto rows = main.query("SELECT time FROM notification ORDER BY id LIMIT 1");
    if (!rows.next()) return std::nullopt;
    return rows.instant(0);
}

void save_notification_text(storage::Database& main, const NotificationText& text) {
    main.run(
        "INSERT INTO notification_text (action, language, subject, body) VALUES ($1, $2, $3, $4) "
        "ON CONFLICT (action, language) DO UPDATE SET subject = excluded.subject, body = excluded.body",
        text.action, text.language, text.subject, text.body);
}

std::int64_t delete_notification_text(storage::Database& main, audit::Action action,
                                      std::string_view language) {
    return main.run("DELETE FROM notification_text WHERE action = $1 AND language = $2", action, language);
}

std::optional<NotificationText> find_notification_text(storage::Database& main, audit::Action action,
                                                       std::string_view language) {
    auto rows = main.query(TEXTS "WHERE action = $1 AND language = $2", action, language);
    if (!rows.next()) return std::nullopt;
    return read_text(rows);
}

Paged<NotificationText> list_notification_texts(storage::Database& main, const Page& page) {
    std::vector<NotificationText> out;
    auto rows = main.query(listed_texts.of(page), page.edge(), page.rows());
    while (rows.next())
        out.push_back(read_text(rows));
    return page_of(std::move(out), page, [](const NotificationText& text) { return text.id; });
}

std::int64_t count_notification_texts(storage::Database& main) {
    auto rows = main.query("SELECT count(*) FROM notification_text");
    return rows.next() ? rows.integer(0) : 0;
}

std::vector<std::string_view> notification_list_statements() {
    return both_ways({listed_notifications, listed_texts});
}

}  // namespace myqsec::host::store
