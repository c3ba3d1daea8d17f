#include "access/identity/users_store.hpp"

namespace myqsec::access::store {

namespace {

#define USER_COLUMNS                                                                                    \
    "SELECT id, name_hash, key_version, user_name, full_name, email, language, notes, state, created, " \
    "person, pseudonym, (SELECT w.purpose FROM access_password w WHERE w.user_id = u.id), "             \
    "(SELECT p.purpose FROM access_pin p WHERE p.user_id = u.id), "                                     \
    "(SELECT COUNT(*) FROM access_card c WHERE c.user_id = u.id), "                                     \
    "(SELECT w.changed FROM access_password w WHERE w.user_id = u.id), "                                \
    "(SELECT w.must_change FROM access_password w WHERE w.user_id = u.id) FROM access_user u "

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
    if (!row.is_null(12)) user.password = static_cast<PasswordUse>(row.integer(12));
    if (!row.is_null(13)) user.pin = static_cast<PinUse>(row.integer(13));
    user.cards = row.integer(14);
    if (!row.is_null(15)) user.password_changed = row.instant(15);
    user.must_change_password = !row.is_null(16) && row.boolean(16);
    return user;
}

std::optional<UserRecord> read_one(storage::Rows rows) {
    if (!rows.next()) return std::nullopt;
    return read_user(rows);
}

// ?1 where the page begins, ?2 rows.
#define USERS_BEYOND(direction) "id " direction " LIMIT ?2"
#define ASCENDING_USERS "> ?1 ORDER BY id"
#define DESCENDING_USERS "< ?1 ORDER BY id DESC"
// Whether a user is in one of the groups, or in a group inside one: from the user outwards.
#define IS_WITHIN(user, groups)                                                                       \
    "(" groups                                                                                        \
    " IS NULL OR EXISTS (WITH RECURSIVE around(id) AS (SELECT n.group_id FROM access_member "         \
    "n WHERE n.user_id = " user                                                                       \
    " UNION SELECT g.parent FROM access_group g JOIN around a ON g.id = "                             \
    "a.id WHERE g.parent <> 0) SELECT 1 FROM around WHERE id IN (SELECT value FROM json_each(" groups \
    ")))) "
// Each group gives its first members, by id.
#define USERS_IN_GROUPS(compare, order)                                                                    \
    "WITH RECURSIVE inside(id) AS (SELECT value FROM json_each(?3) UNION SELECT g.id FROM access_group g " \
    "JOIN inside i ON g.parent = i.id) " USER_COLUMNS                                                      \
    "WHERE id IN (SELECT id FROM (SELECT DISTINCT v.id FROM inside i JOIN access_user v ON v.id IN ("      \
    "SELECT m.user_id FROM access_member m WHERE m.group_id = i.id AND m.user_id " compare                 \
    " ?1 AND "                                                                                             \
    "(?4 = 0 OR (SELECT state FROM access_user WHERE id = m.user_id) = ?4) AND " IS_WITHIN(                \
        "m.user_id", "?5") "ORDER BY m.user_id" order " LIMIT ?2)) ORDER BY id" order                      \
                           " LIMIT ?2) ORDER BY id" order
#define ONE_USER(direction)                                                                              \
    USER_COLUMNS "WHERE id = ?3 AND (?4 = 0 OR state = ?4) AND " IS_WITHIN("?3", "?5") "AND " IS_WITHIN( \
        "?3", "?6") "AND " USERS_BEYOND(direction)

constexpr BothWays all_users{USER_COLUMNS "WHERE " USERS_BEYOND(ASCENDING_USERS),
                             USER_COLUMNS "WHERE " USERS_BEYOND(DESCENDING_USERS)};
constexpr BothWays users_in_state{USER_COLUMNS "WHERE state = ?3 AND " USERS_BEYOND(ASCENDING_USERS),
                                  USER_COLUMNS "WHERE state = ?3 AND " USERS_BEYOND(DESCENDING_USERS)};
constexpr BothWays users_in_groups{USERS_IN_GROUPS(">", ""), USERS_IN_GROUPS("<", " DESC")};
constexpr BothWays one_user{ONE_USER(ASCENDING_USERS), ONE_USER(DESCENDING_USERS)};

Paged<UserRecord> read_page(storage::Rows rows, const Page& page) {
    std::vector<UserRecord> users;
    while (rows.next())
        users.push_back(read_user(rows));
    return page_of(std::move(users), page, [](const UserRecord& user) { return user.id.value; });
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

void rehash_name(storage::Database& main, UserId user, const LookupHash& name) {
    main.run("UPDATE access_user SET name_hash = $1, key_version = $2 WHERE id = $3", name.hash,
             name.key_version, user);
}

void delete_user(storage::Database& main, UserId user) {
    main.run("DELETE FROM access_password WHERE user_id = $1", user);
    main.run("DELETE FROM access_password_history WHERE user_id = $1", user);
    main.run("DELETE FROM access_pin WHERE user_id = $1", user);
    main.run("DELETE FROM access_card WHERE user_id = $1", user);
    main.run("DELETE FROM access_lock WHERE user_id = $1", user);
    main.run("DELETE FROM access_known_place WHERE user_id = $1", user);
    main.run("DELETE FROM access_recovery WHERE user_id = $1", user);
    main.run("DELETE FROM access_member WHERE user_id = $1", user);
    main.run("DELETE FROM access_grant WHERE user_id = $1", user);
    main.run("DELETE FROM access_user WHERE id = $1", user);
}

std::int64_t count_users(storage::Database& main) {
    auto rows = main.query("SELECT COUNT(*) FROM access_user");
    return rows.next() ? rows.integer(0) : 0;
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

Paged<UserRecord> list_users(storage::Database& main, const UserQuery& query, const Page& page) {
    const auto state = query.state ? static_cast<std::int64_t>(*query.state) : 0;
    const auto within = query.within ? std::optional(json_of(*query.within)) : std::nullopt;
    if (query.user) {
        const auto group = query.group ? std::optional(json_of(std::vector{query.group})) : std::nullopt;
        return read_page(
            main.query(one_user.of(page), page.edge(), page.rows(), query.user, state, group, within), page);
    }
    if (query.group || within) {
        const auto groups = query.group ? json_of(std::vector{query.group}) : *within;
        return read_page(main.query(users_in_groups.of(page), page.edge(), page.rows(), groups, state,
                                    query.group ? within : std::nullopt),
                         page);
    }
    if (query.state) {
        return read_page(main.query(users_in_state.of(page), page.edge(), page.rows(), state), page);
    }
    return read_page(main.query(all_users.of(page), page.edge(), page.rows()), page);
}

std::vector<std::string_view> user_list_statements() {
    return both_ways({all_users, users_in_state, users_in_groups, one_user});
}

UserRecord get_user(storage::Database& main, UserId user) {
    auto found = find_user(main, user);
    if (!found) fail(Status::ERR_NOT_FOUND, "there is no user {}", user.value);
    return *std::move(found);
}

}  // namespace myqsec::access::store
