#include "access/identity/groups_store.hpp"

namespace myqsec::access::store {

namespace {

#define GROUP_COLUMNS                                                                          \
    "SELECT id, name, parent, (SELECT COUNT(*) FROM access_member m WHERE m.group_id = g.id) " \
    "FROM access_group g "

#define LISTED_MEMBERS "SELECT user_id FROM access_member WHERE group_id = $1 AND user_id "

constexpr BothWays listed_groups{GROUP_COLUMNS "WHERE id > $1 ORDER BY id LIMIT $2",
                                 GROUP_COLUMNS "WHERE id < $1 ORDER BY id DESC LIMIT $2"};
constexpr BothWays listed_members{LISTED_MEMBERS "> $2 ORDER BY user_id LIMIT $3",
                                  LISTED_MEMBERS "< $2 ORDER BY user_id DESC LIMIT $3"};

Group read_group(const storage::Rows& row) {
    return {row.id<GroupId>(0), std::string(row.text(1)), row.id<GroupId>(2), row.integer(3)};
}

template <typename T>
std::vector<T> read_ids(storage::Rows rows) {
    std::vector<T> ids;
    while (rows.next())
        ids.push_back(rows.id<T>(0));
    return ids;
}

}  // namespace

GroupId insert_group(storage::Database& main, std::string_view name, GroupId parent) {
    return GroupId(main.insert("INSERT INTO access_group (name, parent) VALUES ($1, $2)", name, parent));
}

void update_group(storage::Database& main, const Group& group) {
    main.run("UPDATE access_group SET name = $1, parent = $2 WHERE id = $3", group.name, group.parent,
             group.id);
}

void delete_group(storage::Database& main, GroupId group) {
    main.run("DELETE FROM access_member WHERE group_id = $1", group);
    main.run("DELETE FROM access_grant WHERE group_id = $1 OR scope_group = $1", group);
    main.run("DELETE FROM access_group WHERE id = $1", group);
}

Group get_group(storage::Database& main, GroupId group) {
    auto rows = main.query(GROUP_COLUMNS "WHERE id = $1", group);
    if (!rows.next()) fail(Status::ERR_NOT_FOUND, "there is no group {}", group.value);
    return read_group(rows);
}

std::optional<GroupPlace> find_group(storage::Database& main, std::string_view name) {
    auto rows = main.query("SELECT id, parent FROM access_group WHERE name = $1", name);
    if (!rows.next()) return std::nullopt;
    return GroupPlace{rows.id<GroupId>(0), rows.id<GroupId>(1)};
}

Paged<Group> list_groups(storage::Database& main, const Page& page) {
    std::vector<Group> groups;
    auto rows = main.query(listed_groups.of(page), page.edge(), page.rows());
    while (rows.next())
        groups.push_back(read_group(rows));
    return page_of(std::move(groups), page, [](const Group& group) { return group.id.value; });
}

bool has_children(storage::Database& main, GroupId group) {
    return main.query("SELECT 1 FROM access_group WHERE parent = $1 LIMIT 1", group).next();
}

std::vector<GroupId> group_and_ancestors(storage::Database& main, GroupId group) {
    return read_ids<GroupId>(
        main.query("WITH RECURSIVE around(id) AS (SELECT id FROM access_group WHERE id = $1 UNION "
                   "SELECT g.parent FROM access_group g JOIN around a ON g.id = a.id WHERE g.parent <> 0) "
                   "SELECT id FROM around",
                   group));
}

bool insert_member(storage::Database& main, GroupId group, UserId user) {
    return main.run(
               "INSERT INTO access_member (group_id, user_id) VALUES ($1, $2) "
               "ON CONFLICT (group_id, user_id) DO NOTHING",
               group, user) > 0;
}

bool delete_member(storage::Database& main, GroupId group, UserId user) {
    return main.run("DELETE FROM access_member WHERE group_id = $1 AND user_id = $2", group, user) > 0;
}

Paged<UserId> members_of(storage::Database& main, GroupId group, const Page& page) {
    return page_of(read_ids<UserId>(main.query(listed_members.of(page), group, page.edge(), page.rows())),
                   page, [](UserId user) { return user.value; });
}

std::vector<std::string_view> group_list_statements() {
    return both_ways({listed_groups, listed_members});
}

std::vector<UserId> users_within(storage::Database& main, const std::vector<GroupId>& groups) {
    return read_ids<UserId>(
        main.query("WITH RECURSIVE inside(id) AS (SELECT value FROM json_each($1) UNION "
                   "SELECT g.id FROM access_group g JOIN inside i ON g.parent = i.id) "
                   "SELECT DISTINCT m.user_id FROM inside i JOIN access_member m ON m.group_id = i.id ORDER "
                   "BY m.user_id",
                   json_of(groups)));
}

std::vector<GroupId> memberships_of(storage::Database& main, UserId user) {
    return read_ids<GroupId>(
        main.query("SELECT group_id FROM access_member WHERE user_id = $1 ORDER BY group_id", user));
}

std::vector<GroupId> groups_of(storage::Database& main, UserId user) {
    return read_ids<GroupId>(main.query(
        "WITH RECURSIVE around(id) AS (SELECT group_id FROM access_member WHERE user_id = $1 UNION "
        "SELECT g.parent FROM access_group g JOIN around a ON g.id = a.id WHERE g.parent <> 0) SELECT id "
        "FROM around",
        user));
}

}  // namespace myqsec::access::store
