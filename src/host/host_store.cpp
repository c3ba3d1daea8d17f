#include "host/host_store.hpp"

namespace myqsec::host {

namespace {

// AUTOINCREMENT, because a page goes on from an id, which must not come again.
constexpr std::string_view steps[] = {
    R"(
    CREATE TABLE host_secret (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL UNIQUE,
        leaf INTEGER NOT NULL,
        sealed BLOB NOT NULL,
        changed INTEGER NOT NULL);
    CREATE TABLE host_setting (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL UNIQUE,
        value TEXT NOT NULL,
        changed INTEGER NOT NULL);
    CREATE TABLE notification_event (action INTEGER PRIMARY KEY);
    CREATE TABLE notification (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        time INTEGER NOT NULL,
        action INTEGER NOT NULL,
        result INTEGER NOT NULL,
        actor INTEGER NOT NULL,
        object_kind INTEGER NOT NULL,
        object INTEGER NOT NULL,
        person INTEGER NOT NULL,
        changes BLOB NOT NULL);
    CREATE INDEX notification_person ON notification (person);
    CREATE INDEX notification_actor ON notification (actor);
    CREATE TABLE notification_text (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        action INTEGER NOT NULL,
        language TEXT NOT NULL,
        subject TEXT NOT NULL,
        body TEXT NOT NULL,
        UNIQUE (action, language));
    )",
};

#define SECRETS "SELECT id, name, leaf, changed FROM host_secret "
#define SETTINGS "SELECT id, name, value, changed FROM host_setting "
constexpr BothWays listed_secrets{SECRETS "WHERE id > $1 ORDER BY id LIMIT $2",
                                  SECRETS "WHERE id < $1 ORDER BY id DESC LIMIT $2"};
constexpr BothWays listed_settings{SETTINGS "WHERE id > $1 ORDER BY id LIMIT $2",
                                   SETTINGS "WHERE id < $1 ORDER BY id DESC LIMIT $2"};

store::SettingRecord read_setting(const storage::Rows& rows) {
    return {rows.integer(0), std::string(rows.text(1)), std::string(rows.text(2)), rows.instant(3)};
}

std::int64_t counted(storage::Rows rows) {
    return rows.next() ? rows.integer(0) : 0;
}

}  // namespace

storage::Schema schema() {
    return {"host", steps};
}

}  // namespace myqsec::host

namespace myqsec::host::store {

std::optional<SecretRecord> find_secret(storage::Database& main, std::string_view name) {
    auto rows = main.query("SELECT id, name, leaf, changed, sealed FROM host_secret WHERE name = $1", name);
    if (!rows.next()) return std::nullopt;
    return SecretRecord{rows.integer(0), std::string(rows.text(1)), rows.id<LeafId>(2), copy_of(rows.blob(4)),
                        rows.instant(3)};
}

void save_secret(storage::Database& main, const SecretRecord& record) {
    main.run(
        "INSERT INTO host_secret (name, leaf, sealed, changed) VALUES ($1, $2, $3, $4) ON CONFLICT (name) "
        "DO UPDATE SET leaf = excluded.leaf, sealed = excluded.sealed, changed = excluded.changed",
        record.name, record.leaf, record.sealed, record.changed);
}

void delete_secret(storage::Database& main, std::string_view name) {
    main.run("DELETE FROM host_secret WHERE name = $1", name);
}

std::int64_t count_secrets(storage::Database& main) {
    return counted(main.query("SELECT count(*) FROM host_secret"));
}

Paged<SecretRecord> list_secrets(storage::Database& main, const Page& page) {
    std::vector<SecretRecord> out;
    auto rows = main.query(listed_secrets.of(page), page.edge(), page.rows());
    while (rows.next()) {
        out.push_back(
            {rows.integer(0), std::string(rows.text(1)), rows.id<LeafId>(2), Bytes(), rows.instant(3)});
    }
    return page_of(std::move(out), page, [](const SecretRecord& record) { return record.id; });
}

std::optional<SettingRecord> find_setting(storage::Database& main, std::string_view name) {
    auto rows = main.query(SETTINGS "WHERE name = $1", name);
    if (!rows.next()) return std::nullopt;
    return read_setting(rows);
}

void save_setting(storage::Database& main, const SettingRecord& record) {
    main.run(
        "INSERT INTO host_setting (name, value, changed) VALUES ($1, $2, $3) ON CONFLICT (name) "
        "DO UPDATE SET value = excluded.value, changed = excluded.changed",
        record.name, record.value, record.changed);
}

void delete_setting(storage::Database& main, std::string_view name) {
    main.run("DELETE FROM host_setting WHERE name = $1", name);
}

std::int64_t count_settings(storage::Database& main) {
    return counted(main.query("SELECT count(*) FROM host_setting"));
}

Paged<SettingRecord> list_settings(storage::Database& main, const Page& page) {
    std::vector<SettingRecord> out;
    auto rows = main.query(listed_settings.of(page), page.edge(), page.rows());
    while (rows.next())
        out.push_back(read_setting(rows));
    return page_of(std::move(out), page, [](const SettingRecord& record) { return record.id; });
}

std::vector<std::string_view> host_list_statements() {
    return both_ways({listed_secrets, listed_settings});
}

}  // namespace myqsec::host::store
