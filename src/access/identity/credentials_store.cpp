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
    pin.use = static_cast<PinUse>(rows.integer(5));
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

std::optional<crypto::Argon2Parameters> somebodys_cost(storage::Database& main, const crypto::Digest& hash) {
    // By the id that the hash falls on, or the next one: the same one until that person is gone.
    auto rows = main.query(
        "SELECT kdf_memory_kib, kdf_iterations FROM access_password WHERE user_id >= "
        "(SELECT 1 + $1 % MAX(user_id) FROM access_password) ORDER BY user_id LIMIT 1",
        static_cast<std::int64_t>(load_be<std::uint64_t>(hash.data()) >> 1));
    if (!rows.next()) return std::nullopt;
    return crypto::Argon2Parameters{static_cast<std::uint32_t>(rows.integer(0)),
                                    static_cast<std::uint32_t>(rows.integer(1)), 1};
}

void save_password(storage::Database& main, UserId user, const PasswordRecord& password, Instant now,
                   bool must_change) {
    main.run(
        "INSERT INTO access_password (user_id, verifier, purpose, kdf_memory_kib, kdf_iterations, changed, "
        "must_change) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (user_id) DO UPDATE SET "
        "verifier = excluded.verifier, purpose = excluded.purpose, kdf_memory_kib = excluded.kdf_memory_kib, "
        "kdf_iterations = excluded.kdf_iterations, changed = excluded.changed, "
        "must_change = excluded.must_change",
        user, password.verifier, password.use, password.kdf.memory_kib, password.kdf.iterations, now,
        must_change);
}

void rehash_password(storage::Database& main, UserId user, const PasswordRecord& password, ByteView from) {
    main.run(
        "UPDATE access_password SET verifier = $1, kdf_memory_kib = $2, kdf_iterations = $3 "
        "WHERE user_id = $4 AND verifier = $5",
        password.verifier, password.kdf.memory_kib, password.kdf.iterations, user, from);
}

bool mark_password_to_change(storage::Database& main, UserId user) {
    return main.run("UPDATE access_password SET must_change = 1 WHERE user_id = $1", user) > 0;
}

std::optional<PasswordAge> password_age(storage::Database& main, UserId user) {
    auto rows = main.query("SELECT changed, must_change FROM access_password WHERE user_id = $1", user);
    if (!rows.next()) return std::nullopt;
    return PasswordAge{rows.instant(0), rows.boolean(1)};
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

void save_recovery(storage::Database& main, const RecoveryRecord& recovery) {
    main.run(
        "INSERT INTO access_recovery (user_id, verifier, kdf_memory_kib, kdf_iterations, due) "
        "VALUES ($1, $2, $3, $4, $5) ON CONFLICT (user_id) DO UPDATE SET verifier = excluded.verifier, "
        "kdf_memory_kib = excluded.kdf_memory_kib, kdf_iterations = excluded.kdf_iterations, "
        "due = excluded.due",
        recovery.user, recovery.password.verifier, recovery.password.kdf.memory_kib,
        recovery.password.kdf.iterations, recovery.due.count());
}

std::optional<RecoveryRecord> next_recovery(storage::Database& main) {
    auto rows = main.query(
        "SELECT user_id, verifier, kdf_memory_kib, kdf_iterations, due FROM access_recovery ORDER BY due "
        "LIMIT 1");
    if (!rows.next()) return std::nullopt;
    return RecoveryRecord{
        rows.id<UserId>(0),
        {copy_of(rows.blob(1)),
         PasswordUse::alone,
         {static_cast<std::uint32_t>(rows.integer(2)), static_cast<std::uint32_t>(rows.integer(3)), 1}},
        Duration(rows.integer(4))};
}

bool delete_recovery(storage::Database& main, UserId user) {
    return main.run("DELETE FROM access_recovery WHERE user_id = $1", user) > 0;
}

void save_recovery_code(storage::Database& main, const std::optional<crypto::Digest>& hash) {
    main.run("DELETE FROM access_recovery_code");
    if (hash) main.run("INSERT INTO access_recovery_code (id, hash) VALUES (1, $1)", *hash);
}

std::optional<crypto::Digest> find_recovery_code(storage::Database& main) {
    auto rows = main.query("SELECT hash FROM access_recovery_code WHERE id = 1");
    if (!rows.next()) return std::nullopt;
    return digest(rows.blob(0));
}

std::optional<PinRecord> find_pin(storage::Database& main, UserId user) {
    return read_pin(
        main.query("SELECT user_id, alone_hash, factor_hash, key_version, digits, purpose FROM access_pin "
                   "WHERE user_id = $1",
                   user));
}

std::optional<PinRecord> find_pin_alone(storage::Database& main, const std::vector<LookupHash>& alone) {
    for (const auto& one : alone) {
        auto pin = read_pin(main.query(
            "SELECT user_id, alone_hash, factor_hash, key_version, digits, purpose FROM access_pin "
            "WHERE alone_hash = $1",
            one.hash));
        if (pin) return pin;
    }
    return std::nullopt;
}

void save_pin(storage::Database& main, const PinRecord& pin, Instant now) {
    main.run(
        "INSERT INTO access_pin (user_id, alone_hash, factor_hash, key_version, digits, purpose, changed) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (user_id) DO UPDATE SET alone_hash = "
        "excluded.alone_hash, "
        "factor_hash = excluded.factor_hash, key_version = excluded.key_version, digits = excluded.digits, "
        "purpose = excluded.purpose, changed = excluded.changed",
        pin.user, pin.alone, pin.factor.hash, pin.factor.key_version, pin.digits, pin.use, now);
}

void rehash_pin(storage::Database& main, const PinRecord& pin) {
    main.run("UPDATE access_pin SET alone_hash = $1, factor_hash = $2, key_version = $3 WHERE user_id = $4",
             pin.alone, pin.factor.hash, pin.factor.key_version, pin.user);
}

std::vector<UserId> pins_under(storage::Database& main, std::uint32_t key_version, std::int64_t most) {
    std::vector<UserId> users;
    auto rows =
        main.query("SELECT user_id FROM access_pin WHERE key_version = $1 LIMIT $2", key_version, most);
    while (rows.next())
        users.push_back(rows.id<UserId>(0));
    return users;
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

std::optional<CardRecord> find_card(storage::Database& main, const std::vector<LookupHash>& card) {
    for (const auto& one : card) {
        if (auto found = read_one_card(main.query(CARD_COLUMNS "WHERE card_hash = $1", one.hash)))
            return found;
    }
    return std::nullopt;
}

void rehash_card(storage::Database& main, const CardRecord& card) {
    main.run("UPDATE access_card SET card_hash = $1, key_version = $2, label = $3 WHERE id = $4",
             card.card.hash, card.card.key_version, card.label, card.id);
}

std::int64_t count_under_earlier(storage::Database& main, std::uint32_t key_version) {
    auto rows = main.query(
        "SELECT (SELECT COUNT(*) FROM access_card WHERE key_version < $1) +"
        " (SELECT COUNT(*) FROM access_pin WHERE key_version < $1)",
        key_version);
    return rows.next() ? rows.integer(0) : 0;
}

std::vector<CardRecord> cards_under(storage::Database& main, std::uint32_t key_version, std::int64_t most) {
    std::vector<CardRecord> cards;
    auto rows = main.query(CARD_COLUMNS "WHERE key_version = $1 LIMIT $2", key_version, most);
    while (rows.next())
        cards.push_back(read_card(rows));
    return cards;
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

}  // namespace myqsec::access::store
