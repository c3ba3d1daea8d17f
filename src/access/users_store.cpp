#include "access/users_store.hpp"

namespace myqsec::access::store {

namespace {

#define USER_COLUMNS                                                                                    \
    "SELECT id, name_hash, key_version, user_name, full_name, email, language, notes, state, created, " \
    "person, pseudonym, (SELECT COUNT(*) FROM access_password p WHERE p.user_id = u.id), "              \
    "(SELECT COUNT(*) FROM access_pin p WHERE p.user_id = u.id), "                                      \
    "(SELECT COUNT(*) FROM access_card c WHERE c.user_id = u.id) FROM access_user u "

UserRecord read_user(const storage::Rows& row) {
    UserRecord user;
    user.id = row.id<UserId>(0);
    user.name.hash = ByteReader(row.blob(1), "a user's name hash").array<32>();
    user.name.key_version = static_cast<std::uint32_t>(row.integer(2));
    user.user_name = copy_of(row.blob(3));
    user.full_name = copy_of(row.blob(4));
    user.email = copy_of(row.blob(5));
    user.language = copy_of(row.blob(6));
    user.notes = copy_of(row.blob(7));
    user.state = static_cast<UserState>(row.integer(8));
    user.created = row.instant(9);
    user.person = row.id<LeafId>(10);
    user.pseudonym = ByteReader(row.blob(11), "a user's pseudonym").array<16>();
    user.has_password = row.boolean(12);
    user.has_pin = row.boolean(13);
    user.cards = row.integer(14);
    return user;
}

std::optional<UserRecord> read_one(storage::Rows rows) {
    if (!rows.next()) return std::nullopt;
    return read_user(rows);
}

}  // namespace

UserId insert_user(storage::Database& main, const UserRecord& user) {
    return UserId(
        main.insert("INSERT INTO access_user (name_hash, key_version, user_name, full_name, email, language, "
                    "notes, state, "
                    "created, person, pseudonym) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
                    user.name.hash, user.name.key_version, user.user_name, user.full_name, user.email,
                    user.language, user.notes, user.state, user.created, user.person, user.pseudonym));
}

void update_user(storage::Database& main, const UserRecord& user) {
    main.run(
        "UPDATE access_user SET name_hash = $1, key_version = $2, user_name = $3, full_name = $4, email = "
        "$5, "
        "language = $6, notes = $7, state = $8 WHERE id = $9",
        user.name.hash, user.name.key_version, user.user_name, user.full_name, user.email, user.language,
        user.notes, user.state, user.id);
}

void delete_user(storage::Database& main, UserId user) {
    main.run("DELETE FROM access_password WHERE user_id = $1", user);
    main.run("DELETE FROM access_password_history WHERE user_id = $1", user);
    main.run("DELETE FROM access_pin WHERE user_id = $1", user);
    main.run("DELETE FROM access_card WHERE user_id = $1", user);
    main.run("DELETE FROM access_member WHERE user_id = $1", user);
    main.run("DELETE FROM access_grant WHERE user_id = $1", user);
    main.run("DELETE FROM access_user WHERE id = $1", user);
}

std::optional<UserRecord> find_user(storage::Database& main, UserId user) {
    return read_one(main.query(USER_COLUMNS "WHERE id = $1", user));
}

std::optional<UserRecord> find_user(storage::Database& main, const LookupHash& name) {
    return read_one(main.query(USER_COLUMNS "WHERE name_hash = $1", name.hash));
}

std::optional<UserId> find_user(storage::Database& main, const audit::Pseudonym& pseudonym) {
    auto rows = main.query("SELECT id FROM access_user WHERE pseudonym = $1", pseudonym);
    if (!rows.next()) return std::nullopt;
    return rows.id<UserId>(0);
}

std::vector<UserRecord> all_users(storage::Database& main) {
    std::vector<UserRecord> users;
    auto rows = main.query(USER_COLUMNS "ORDER BY id");
    while (rows.next())
        users.push_back(read_user(rows));
    return users;
}

UserRecord get_user(storage::Database& main, UserId user) {
    auto found = find_user(main, user);
    if (!found) fail(Status::ERR_NOT_FOUND, "there is no user {}", user.value);
    return *std::move(found);
}

}  // namespace myqsec::access::store
