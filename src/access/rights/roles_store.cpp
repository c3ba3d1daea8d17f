#include "access/rights/roles_store.hpp"

#include <algorithm>

#include "access/identity/user.hpp"

namespace myqsec::access::store {

namespace {

/// Names that this version does not know give nothing.
RightSet known_rights(std::string_view names) {
    RightSet set;
    for (const auto& one : all_rights()) {
        const auto at = (std::string(" ").append(names) + " ").find(" " + std::string(one.name) + " ");
        if (at != std::string::npos) set |= RightSet{one.right};
    }
    return set;
}

RightSet rights_of_role(RoleId role, std::string_view stored) {
    const auto built_in = std::ranges::find(built_in_roles(), role, &BuiltInRole::id);
    return built_in != built_in_roles().end() ? built_in->rights : known_rights(stored);
}

std::vector<EffectiveGrant> read_effective(storage::Rows rows) {
    std::vector<EffectiveGrant> grants;
    while (rows.next()) {
        grants.push_back(
            {rights_of_role(rows.id<RoleId>(0), rows.text(1)), rows.id<GroupId>(2), rows.id<QueueId>(3)});
    }
    return grants;
}

#define GRANT_ROWS                                                                                    \
    "SELECT t.id, t.role_id, r.name, t.user_id, t.group_id, t.scope_group, t.scope_queue, r.rights, " \
    "t.until "                                                                                        \
    "FROM access_grant t LEFT JOIN access_role r ON r.id = t.role_id "
// The group ?1 and those around it.
#define AROUND_GROUP                                                                 \
    "WITH RECURSIVE around(id) AS (SELECT id FROM access_group WHERE id = $1 UNION " \
    "SELECT g.parent FROM access_group g JOIN around a ON g.id = a.id WHERE g.parent <> 0) "
#define EFFECTIVE_GRANTS                                                            \
    "SELECT t.role_id, r.rights, t.scope_group, t.scope_queue FROM access_grant t " \
    "LEFT JOIN access_role r ON r.id = t.role_id "
#define IN_FORCE "(t.until IS NULL OR t.until > $2)"
// The groups that the user ?1 is in, and those around them.
#define AROUND_USER                                                                              \
    "WITH RECURSIVE around(id) AS (SELECT group_id FROM access_member WHERE user_id = $1 UNION " \
    "SELECT g.parent FROM access_group g JOIN around a ON g.id = a.id WHERE g.parent <> 0) "

constexpr BothWays listed_roles{
    "SELECT id, name, rights FROM access_role WHERE id > $1 ORDER BY id LIMIT $2",
    "SELECT id, name, rights FROM access_role WHERE id < $1 ORDER BY id DESC LIMIT $2"};
constexpr BothWays listed_grants{GRANT_ROWS "WHERE t.id > $1 ORDER BY t.id LIMIT $2",
                                 GRANT_ROWS "WHERE t.id < $1 ORDER BY t.id DESC LIMIT $2"};

std::vector<GrantRow> read_grants(storage::Rows rows) {
    std::vector<GrantRow> grants;
    while (rows.next()) {
        GrantRow row{rows.integer(0),
                     rows.id<RoleId>(1),
                     std::string(rows.text(2)),
                     {rows.id<UserId>(3), rows.id<GroupId>(4), rows.id<GroupId>(5), rows.id<QueueId>(6)},
                     rights_of_role(rows.id<RoleId>(1), rows.text(7))};
        if (!rows.is_null(8)) row.grant.until = rows.instant(8);
        const auto built_in = std::ranges::find(built_in_roles(), row.role, &BuiltInRole::id);
        if (built_in != built_in_roles().end()) row.role_name = built_in->name;
        grants.push_back(std::move(row));
    }
    return grants;
}

std::vector<Role> read_roles(storage::Rows rows) {
    std::vector<Role> roles;
    while (rows.next())
        roles.push_back({rows.id<RoleId>(0), std::string(rows.text(1)), false, known_rights(rows.text(2))});
    return roles;
}

}  // namespace

std::vector<EffectiveGrant> grants_of_user(storage::Database& main, UserId user, Instant now) {
    return read_effective(
        main.query(AROUND_USER EFFECTIVE_GRANTS
                   "WHERE (t.user_id = $1 OR t.group_id IN (SELECT id FROM around)) AND " IN_FORCE,
                   user, now));
}

std::vector<EffectiveGrant> grants_of_group(storage::Database& main, GroupId group, Instant now) {
    return read_effective(main.query(AROUND_GROUP EFFECTIVE_GRANTS
                                     "WHERE t.group_id IN (SELECT id FROM around) AND " IN_FORCE,
                                     group, now));
}

std::vector<EffectiveGrant> grants_over_group(storage::Database& main, GroupId group, Instant now) {
    return read_effective(main.query(AROUND_GROUP EFFECTIVE_GRANTS
                                     "WHERE t.scope_group IN (SELECT id FROM around) AND " IN_FORCE,
                                     group, now));
}

std::vector<GrantRow> grants_reaching(storage::Database& main, UserId user) {
    return read_grants(main.query(
        AROUND_USER GRANT_ROWS "WHERE t.user_id = $1 OR t.group_id IN (SELECT id FROM around) ORDER BY t.id",
        user));
}

std::vector<GrantRow> all_grants(storage::Database& main) {
    return read_grants(main.query(GRANT_ROWS "ORDER BY t.id"));
}

std::vector<GrantRow> grants_over(storage::Database& main, Instant now, std::int64_t most) {
    return read_grants(main.query(GRANT_ROWS "WHERE t.until <= $1 ORDER BY t.until LIMIT $2", now, most));
}

std::optional<Instant> first_end_of_grants(storage::Database& main) {
    auto rows = main.query("SELECT min(until) FROM access_grant WHERE until IS NOT NULL");
    if (!rows.next() || rows.is_null(0)) return std::nullopt;
    return rows.instant(0);
}

std::vector<GrantRow> grants_on(storage::Database& main, RoleId role) {
    return read_grants(main.query(GRANT_ROWS "WHERE t.role_id = $1 ORDER BY t.id", role));
}

std::vector<GrantRow> grants_on(storage::Database& main, GroupId group) {
    return read_grants(
        main.query(GRANT_ROWS "WHERE t.group_id = $1 OR t.scope_group = $1 ORDER BY t.id", group));
}

std::vector<GrantRow> grants_on(storage::Database& main, QueueId queue) {
    return read_grants(main.query(GRANT_ROWS "WHERE t.scope_queue = $1 ORDER BY t.id", queue));
}

RoleId insert_role(storage::Database& main, std::string_view name, RightSet rights) {
    return RoleId(
        main.insert("INSERT INTO access_role (name, rights) VALUES ($1, $2)", name, rights.names()));
}

void update_role(storage::Database& main, const Role& role) {
    main.run("UPDATE access_role SET name = $1, rights = $2 WHERE id = $3", role.name, role.rights.names(),
             role.id);
}

void delete_role(storage::Database& main, RoleId role) {
    main.run("DELETE FROM access_grant WHERE role_id = $1", role);
    main.run("DELETE FROM access_role WHERE id = $1", role);
}

std::vector<Role> custom_roles(storage::Database& main) {
    return read_roles(main.query("SELECT id, name, rights FROM access_role ORDER BY name"));
}

Paged<Role> list_roles(storage::Database& main, const Page& page) {
    return page_of(read_roles(main.query(listed_roles.of(page), page.edge(), page.rows())), page,
                   [](const Role& role) { return role.id.value; });
}

std::optional<GrantRow> find_grant(storage::Database& main, RoleId role, const Grant& grant) {
    auto found =
        read_grants(main.query(GRANT_ROWS "WHERE t.role_id = $1 AND t.user_id = $2 AND t.group_id = $3 AND "
                                          "t.scope_group = $4 AND t.scope_queue = $5",
                               role, grant.user, grant.group, grant.scope_group, grant.scope_queue));
    if (found.empty()) return std::nullopt;
    return std::move(found.front());
}

void insert_grant(storage::Database& main, RoleId role, const Grant& grant) {
    main.run(
        "INSERT INTO access_grant (role_id, user_id, group_id, scope_group, scope_queue, until) "
        "VALUES ($1, $2, $3, $4, $5, $6)",
        role, grant.user, grant.group, grant.scope_group, grant.scope_queue, grant.until);
}

void update_grant(storage::Database& main, std::int64_t id, std::optional<Instant> until) {
    main.run("UPDATE access_grant SET until = $1 WHERE id = $2", until, id);
}

bool delete_grant(storage::Database& main, RoleId role, const Grant& grant) {
    return main.run(
               "DELETE FROM access_grant WHERE role_id = $1 AND user_id = $2 AND group_id = $3 AND "
               "scope_group = $4 "
               "AND scope_queue = $5",
               role, grant.user, grant.group, grant.scope_group, grant.scope_queue) > 0;
}

void delete_queue_grants(storage::Database& main, QueueId queue) {
    main.run("DELETE FROM access_grant WHERE scope_queue = $1", queue);
}

Paged<GrantRow> list_grants(storage::Database& main, const Page& page) {
    return page_of(read_grants(main.query(listed_grants.of(page), page.edge(), page.rows())), page,
                   [](const GrantRow& row) { return row.id; });
}

std::vector<std::string_view> role_list_statements() {
    return both_ways({listed_roles, listed_grants});
}

std::int64_t count_administrators(storage::Database& main, const Losses& losses) {
    std::string left = "[";
    for (const auto& [group, user] : losses.memberships)
        left += fmt::format("{}\"{} {}\"", left.size() > 1 ? "," : "", group.value, user.value);
    auto rows = main.query(
        "WITH RECURSIVE holder(id) AS ("
        "SELECT group_id FROM access_grant WHERE role_id = ?1 AND group_id <> 0 AND scope_group = 0 AND "
        "scope_queue = 0 AND until IS NULL "
        "UNION SELECT g.id FROM access_group g JOIN holder h ON g.parent = h.id), "
        "administrator(id) AS ("
        "SELECT t.user_id FROM access_grant t WHERE t.role_id = ?1 AND t.user_id <> 0 AND t.scope_group = 0 "
        "AND t.scope_queue = 0 AND t.until IS NULL "
        "UNION SELECT m.user_id FROM access_member m JOIN holder h ON m.group_id = h.id "
        "WHERE (m.group_id || ' ' || m.user_id) NOT IN (SELECT value FROM json_each(?4))) "
        "SELECT COUNT(*) FROM access_user u WHERE u.id IN (SELECT id FROM administrator) AND u.state = ?2 "
        "AND u.id NOT IN (SELECT value FROM json_each(?3))",
        administrator_role, UserState::active, json_of(losses.disabled), left + "]");
    return rows.next() ? rows.integer(0) : 0;
}

void require_administrator_left(storage::Database& main) {
    if (count_administrators(main) > 0) return;
    fail(Status::ERR_NOT_POSSIBLE,
         "this would leave the instance without an administrator; appoint another one first");
}

}  // namespace myqsec::access::store
