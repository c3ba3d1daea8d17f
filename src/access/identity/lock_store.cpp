#include "access/identity/lock_store.hpp"

namespace myqsec::access::store {

namespace {

Bytes bytes_of(const std::vector<Elapsed>& entries) {
    ByteWriter writer;
    for (const auto one : entries)
        writer.integer(static_cast<std::uint64_t>(one.count()));
    return writer.take();
}

std::vector<Elapsed> entries_of(ByteView bytes) {
    ByteReader reader(bytes, "a lock's entries");
    std::vector<Elapsed> entries;
    entries.reserve(bytes.size() / 8);
    while (!reader.empty())
        entries.emplace_back(static_cast<std::int64_t>(reader.integer<std::uint64_t>()));
    return entries;
}

#define LOCK_COLUMNS \
    "SELECT id, scope, hash, entries, until, user_id, device_id, source, method FROM access_lock "

LockRow read_lock(const storage::Rows& row) {
    return {row.integer(0),
            {static_cast<LockScope>(row.integer(1)), ByteReader(row.blob(2), "a lock's hash").array<32>()},
            {entries_of(row.blob(3)), Elapsed(row.integer(4))},
            {row.id<UserId>(5), row.id<DeviceId>(6), copy_of(row.blob(7)), std::string(row.text(8))}};
}

constexpr BothWays locks_in_force{LOCK_COLUMNS "WHERE id > $1 AND until > $2 ORDER BY id LIMIT $3",
                                  LOCK_COLUMNS "WHERE id < $1 AND until > $2 ORDER BY id DESC LIMIT $3"};

}  // namespace

LockRecord find_lock(storage::Database& main, const LockKey& key) {
    auto rows = main.query(LOCK_COLUMNS "WHERE scope = $1 AND hash = $2", key.scope, key.hash);
    return rows.next() ? read_lock(rows).record : LockRecord{};
}

void save_lock(storage::Database& main, const LockKey& key, const LockRecord& record,
               const LockSubject& subject, Elapsed kept_until) {
    if (record.entries.empty()) {
        main.run("DELETE FROM access_lock WHERE scope = $1 AND hash = $2", key.scope, key.hash);
        return;
    }
    main.run(
        "INSERT INTO access_lock (scope, hash, entries, until, kept_until, user_id, device_id, source, "
        "method) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (scope, hash) DO UPDATE "
        "SET entries = excluded.entries, until = excluded.until, "
        "kept_until = excluded.kept_until, user_id = excluded.user_id, device_id = excluded.device_id, "
        "source = excluded.source",
        key.scope, key.hash, bytes_of(record.entries), record.until.count(), kept_until.count(), subject.user,
        subject.device, subject.source, subject.method);
}

void move_lock(storage::Database& main, const LockKey& from, const LockKey& to, UserId user) {
    // Mostly there is none, and reading waits for nobody.
    if (find_lock(main, from).entries.empty()) return;
    storage::Transaction transaction(main);
    main.run(
        "UPDATE OR IGNORE access_lock SET scope = $1, hash = $2, user_id = $3 WHERE scope = $4 AND hash = $5",
        to.scope, to.hash, user, from.scope, from.hash);
    main.run("DELETE FROM access_lock WHERE scope = $1 AND hash = $2", from.scope, from.hash);
    transaction.commit_unsynced();
}

void forget_locks(storage::Database& main, Elapsed now) {
    main.run(
        "DELETE FROM access_lock WHERE id IN (SELECT id FROM access_lock WHERE kept_until <= $1 LIMIT 16)",
        now.count());
    const auto keep = [&](LockScope scope, std::int64_t most) {
        main.run(
            "DELETE FROM access_lock WHERE id IN (SELECT id FROM access_lock WHERE user_id = 0 AND scope = "
            "$1 ORDER BY kept_until DESC LIMIT 16 OFFSET $2)",
            scope, most);
    };
    keep(LockScope::account, most_names);
    keep(LockScope::source, most_sources);
}

std::optional<LockRow> find_lock(storage::Database& main, std::int64_t id) {
    auto rows = main.query(LOCK_COLUMNS "WHERE id = $1", id);
    if (!rows.next()) return std::nullopt;
    return read_lock(rows);
}

void delete_lock(storage::Database& main, std::int64_t id) {
    main.run("DELETE FROM access_lock WHERE id = $1", id);
}

std::optional<Elapsed> locked_until(storage::Database& main, UserId user) {
    auto rows = main.query("SELECT MAX(until) FROM access_lock WHERE user_id = $1 AND scope = $2", user,
                           LockScope::account);
    if (!rows.next() || rows.is_null(0)) return std::nullopt;
    return Elapsed(rows.integer(0));
}

std::vector<LockRow> account_locks(storage::Database& main, UserId user) {
    std::vector<LockRow> locks;
    auto rows = main.query(LOCK_COLUMNS "WHERE user_id = $1 AND scope = $2", user, LockScope::account);
    while (rows.next())
        locks.push_back(read_lock(rows));
    return locks;
}

void delete_locks(storage::Database& main, UserId user) {
    main.run("DELETE FROM access_lock WHERE user_id = $1", user);
}

Paged<LockRow> list_locks(storage::Database& main, Elapsed now, const Page& page) {
    std::vector<LockRow> locks;
    auto rows = main.query(locks_in_force.of(page), page.edge(), now.count(), page.rows());
    while (rows.next())
        locks.push_back(read_lock(rows));
    return page_of(std::move(locks), page, [](const LockRow& lock) { return lock.id; });
}

std::vector<std::string_view> lock_list_statements() {
    return both_ways({locks_in_force});
}

bool is_known(storage::Database& main, UserId user, const LockKey& place) {
    return main
        .query("SELECT 1 FROM access_known_place WHERE user_id = $1 AND kind = $2 AND place = $3", user,
               place.scope, place.hash)
        .next();
}

bool knows_anybody(storage::Database& main, const LockKey& place) {
    return main.query("SELECT 1 FROM access_known_place WHERE place = $1 LIMIT 1", place.hash).next();
}

bool has_known_place(storage::Database& main) {
    return main.query("SELECT 1 FROM access_known_place LIMIT 1").next();
}

void remember_place(storage::Database& main, UserId user, const LockKey& place, std::int64_t most) {
    // Most logins are where the last one was, and change nothing.
    const auto newest = [&] {
        auto rows = main.query(
            "SELECT place FROM access_known_place WHERE user_id = $1 AND kind = $2 ORDER BY used DESC LIMIT "
            "1",
            user, place.scope);
        return rows.next() ? copy_of(rows.blob(0)) : Bytes();
    }();
    if (std::ranges::equal(newest, place.hash)) return;
    main.run(
        "INSERT INTO access_known_place (user_id, kind, place, used) VALUES ($1, $2, $3, (SELECT "
        "COALESCE(MAX(used), 0) + 1 FROM access_known_place WHERE user_id = $1 AND kind = $2)) "
        "ON CONFLICT (user_id, kind, place) DO UPDATE SET used = excluded.used",
        user, place.scope, place.hash);
    main.run(
        "DELETE FROM access_known_place WHERE user_id = $1 AND kind = $2 AND place NOT IN (SELECT place "
        "FROM access_known_place WHERE user_id = $1 AND kind = $2 ORDER BY used DESC LIMIT $3)",
        user, place.scope, most);
}

std::optional<TimePassed> find_time(storage::Database& main) {
    auto rows = main.query("SELECT elapsed, running FROM access_time WHERE id = 1");
    if (!rows.next()) return std::nullopt;
    return TimePassed{Elapsed(rows.integer(0)), Duration(rows.integer(1))};
}

void save_time(storage::Database& main, const TimePassed& time) {
    main.run(
        "INSERT INTO access_time (id, elapsed, running) VALUES (1, $1, $2) ON CONFLICT (id) DO UPDATE SET "
        "elapsed = excluded.elapsed, running = excluded.running",
        time.elapsed.count(), time.running.count());
}

}  // namespace myqsec::access::store
