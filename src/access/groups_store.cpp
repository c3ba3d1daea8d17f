#include "access/groups_store.hpp"

namespace myqsec::access::store {

namespace {

#define GROUP_COLUMNS                                                                          \
    "SELECT id, name, parent, (SELECT COUNT(*) FROM access_member m WHERE m.group_id = g.id) " \
    "FROM access_group g "

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

std::vector<Group> all_groups(storage::Database& main) {
    std::vector<Group> groups;
    auto rows = main.query(GROUP_COLUMNS "ORDER BY name");
    while (rows.next())
        groups.push_back(read_group(rows));
    return groups;
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

std::vector<UserId> members_of(storage::Database& main, GroupId group) {
    return read_ids<UserId>(
        main.query("SELECT user_id FROM access_member WHERE group_id = $1 ORDER BY user_id", group));
}

std::vector<GroupId> groups_of(storage::Database& main, UserId user) {
    return read_ids<GroupId>(main.query(
        "WITH RECURSIVE around(id) AS (SELECT group_id FROM access_member WHERE user_id = $1 UNION "
        "SELECT g.parent FROM access_group g JOIN around a ON g.id = a.id WHERE g.parent <> 0) SELECT id "
        "FROM around",
        user));
}

}  // namespace myqsec::access::store
