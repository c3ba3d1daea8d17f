#include "access/identity/credentials_store.hpp"

namespace myqsec::access::store {

namespace {

crypto::Digest digest(ByteView bytes) {
    return ByteReader(bytes, "a credential's hash").array<32>();
}

std::optional<Instant> optional_instant(const storage::Rows& row, int column) {
    return row.is_null(column) ? std::nullopt : std::optional(row.instant(column));
}

std::optional<PinRecord> read_pin(storage::Rows rows) {
    if (!rows.next()) return std::nullopt;
    PinRecord pin;
    pin.user = rows.id<UserId>(0);
    if (!rows.is_null(1)) pin.alone = digest(rows.blob(1));
    pin.factor = {digest(rows.blob(2)), static_cast<std::uint32_t>(rows.integer(3))};
    pin.digits = rows.integer(4);
    return pin;
}

#define CARD_COLUMNS \
    "SELECT id, user_id, card_hash, key_version, label, created, expires, last_used FROM access_card "

CardRecord read_card(const storage::Rows& row) {
    return {row.id<CardId>(0),
            row.id<UserId>(1),
            {digest(row.blob(2)), static_cast<std::uint32_t>(row.integer(3))},
            copy_of(row.blob(4)),
            row.instant(5),
            optional_instant(row, 6),
            optional_instant(row, 7)};
}

std::optional<CardRecord> read_one_card(storage::Rows rows) {
    if (!rows.next()) return std::nullopt;
    return read_card(rows);
}

}  // namespace

std::optional<PasswordRecord> find_password(storage::Database& main, UserId user) {
    auto rows = main.query(
        "SELECT verifier, purpose, kdf_memory_kib, kdf_iterations FROM access_password WHERE user_id = $1",
        user);
    if (!rows.next()) return std::nullopt;
    return PasswordRecord{
        copy_of(rows.blob(0)),
        static_cast<PasswordUse>(rows.integer(1)),
        {static_cast<std::uint32_t>(rows.integer(2)), static_cast<std::uint32_t>(rows.integer(3)), 1}};
}

void save_password(storage::Database& main, UserId user, const PasswordRecord& password, Instant now) {
    main.run(
        "INSERT INTO access_password (user_id, verifier, purpose, kdf_memory_kib, kdf_iterations, changed) "
        "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (user_id) DO UPDATE SET verifier = excluded.verifier, "
        "purpose = excluded.purpose, kdf_memory_kib = excluded.kdf_memory_kib, "
        "kdf_iterations = excluded.kdf_iterations, changed = excluded.changed",
        user, password.verifier, password.use, password.kdf.memory_kib, password.kdf.iterations, now);
}

void mark_password_unused(storage::Database& main, UserId user) {
    main.run("UPDATE access_password SET unused = 1 WHERE user_id = $1", user);
}

void mark_password_used(storage::Database& main, UserId user) {
    main.run("UPDATE access_password SET unused = 0 WHERE user_id = $1 AND unused = 1", user);
}

std::optional<UserId> find_unused_administrator(storage::Database& main) {
    auto rows = main.query(
        "SELECT u.id FROM access_user u JOIN access_password p ON p.user_id = u.id "
        "WHERE p.unused = 1 AND NOT EXISTS (SELECT 1 FROM access_user o WHERE o.id <> u.id)");
    if (!rows.next()) return std::nullopt;
    return UserId{rows.integer(0)};
}

void retire_password(storage::Database& main, UserId user, std::int64_t keep) {
    main.run(
        "INSERT INTO access_password_history (user_id, verifier) "
        "SELECT user_id, verifier FROM access_password WHERE user_id = $1",
        user);
    main.run(
        "DELETE FROM access_password_history WHERE user_id = $1 AND id NOT IN "
        "(SELECT id FROM access_password_history WHERE user_id = $1 ORDER BY id DESC LIMIT $2)",
        user, keep);
}

std::vector<Bytes> password_history(storage::Database& main, UserId user, std::int64_t limit) {
    std::vector<Bytes> verifiers;
    auto rows = main.query(
        "SELECT verifier FROM access_password_history WHERE user_id = $1 ORDER BY id DESC LIMIT $2", user,
        limit);
    while (rows.next())
        verifiers.push_back(copy_of(rows.blob(0)));
    return verifiers;
}

std::optional<PinRecord> find_pin(storage::Database& main, UserId user) {
    return read_pin(main.query(
        "SELECT user_id, alone_hash, factor_hash, key_version, digits FROM access_pin WHERE user_id = $1",
        user));
}

std::optional<PinRecord> find_pin_alone(storage::Database& main, const LookupHash& alone) {
    return read_pin(main.query(
        "SELECT user_id, alone_hash, factor_hash, key_version, digits FROM access_pin WHERE alone_hash = $1",
        alone.hash));
}

void save_pin(storage::Database& main, const PinRecord& pin, Instant now) {
    main.run(
        "INSERT INTO access_pin (user_id, alone_hash, factor_hash, key_version, digits, changed) "
        "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (user_id) DO UPDATE SET alone_hash = "
        "excluded.alone_hash, "
        "factor_hash = excluded.factor_hash, key_version = excluded.key_version, digits = excluded.digits, "
        "changed = excluded.changed",
        pin.user, pin.alone, pin.factor.hash, pin.factor.key_version, pin.digits, now);
}

bool delete_pin(storage::Database& main, UserId user) {
    return main.run("DELETE FROM access_pin WHERE user_id = $1", user) > 0;
}

std::int64_t count_pins_alone(storage::Database& main, UserId except) {
    auto rows =
        main.query("SELECT COUNT(*) FROM access_pin WHERE alone_hash IS NOT NULL AND user_id <> $1", except);
    return rows.next() ? rows.integer(0) : 0;
}

CardId insert_card(storage::Database& main, const CardRecord& card) {
    return CardId(main.insert(
        "INSERT INTO access_card (user_id, card_hash, key_version, label, created, expires, last_used) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7)",
        card.user, card.card.hash, card.card.key_version, card.label, card.created, card.expires,
        card.last_used));
}

void delete_card(storage::Database& main, CardId card) {
    main.run("DELETE FROM access_card WHERE id = $1", card);
}

void touch_card(storage::Database& main, CardId card, Instant now) {
    main.run("UPDATE access_card SET last_used = $1 WHERE id = $2", now, card);
}

std::optional<CardRecord> find_card(storage::Database& main, CardId card) {
    return read_one_card(main.query(CARD_COLUMNS "WHERE id = $1", card));
}

std::optional<CardRecord> find_card(storage::Database& main, const LookupHash& card) {
    return read_one_card(main.query(CARD_COLUMNS "WHERE card_hash = $1", card.hash));
}

namespace {

constexpr BothWays listed_cards{CARD_COLUMNS "WHERE user_id = $1 AND id > $2 ORDER BY id LIMIT $3",
                                CARD_COLUMNS "WHERE user_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3"};

}  // namespace

Paged<CardRecord> cards_of(storage::Database& main, UserId user, const Page& page) {
    std::vector<CardRecord> cards;
    auto rows = main.query(listed_cards.of(page), user, page.edge(), page.rows());
    while (rows.next())
        cards.push_back(read_card(rows));
    return page_of(std::move(cards), page, [](const CardRecord& card) { return card.id.value; });
}

std::vector<std::string_view> card_list_statements() {
    return both_ways({listed_cards});
}

std::optional<LockRecord> find_lock(storage::Database& main, const LockKey& key) {
    auto rows = main.query(
        "SELECT failures, window_start, locks, locked_until FROM access_lockout WHERE scope = $1 AND "
        "scope_hash = $2",
        key.scope, key.hash);
    if (!rows.next()) return std::nullopt;
    return LockRecord{rows.integer(0), rows.instant(1), rows.integer(2), rows.instant(3)};
}

void save_lock(storage::Database& main, const LockKey& key, const LockRecord& record) {
    main.run(
        "INSERT INTO access_lockout (scope, scope_hash, failures, window_start, locks, locked_until) "
        "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (scope, scope_hash) DO UPDATE SET failures = "
        "excluded.failures, "
        "window_start = excluded.window_start, locks = excluded.locks, locked_until = excluded.locked_until",
        key.scope, key.hash, record.failures, record.window_start, record.locks, record.locked_until);
}

void delete_lock(storage::Database& main, const LockKey& key) {
    main.run("DELETE FROM access_lockout WHERE scope = $1 AND scope_hash = $2", key.scope, key.hash);
}

void delete_locks_before(storage::Database& main, Instant before) {
    main.run("DELETE FROM access_lockout WHERE window_start < $1 AND locked_until < $1", before);
}

}  // namespace myqsec::access::store
