// The SQL of groups and memberships.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.hpp"
#include "base/page.hpp"
#include "storage/sqlite/database.hpp"

namespace myqsec::access {

struct Group {
    GroupId id;
    std::string name;
    GroupId parent;            ///< 0 at the top
    std::int64_t members = 0;  ///< direct ones
};

namespace store {

/// Throws ERR_EXISTS if the name is taken.
GroupId insert_group(storage::Database& main, std::string_view name, GroupId parent);
void update_group(storage::Database& main, const Group& group);
/// With memberships, grants to it, and grants limited to it.
void delete_group(storage::Database& main, GroupId group);
/// Throws ERR_NOT_FOUND.
Group get_group(storage::Database& main, GroupId group);
struct GroupPlace {
    GroupId group;
    GroupId parent;  ///< 0 at the top
};
/// By its whole name.
std::optional<GroupPlace> find_group(storage::Database& main, std::string_view name);
Paged<Group> list_groups(storage::Database& main, const Page& page);
bool has_children(storage::Database& main, GroupId group);
/// The group and those around it, outwards.
std::vector<GroupId> group_and_ancestors(storage::Database& main, GroupId group);

/// False if that was so already.
bool insert_member(storage::Database& main, GroupId group, UserId user);
bool delete_member(storage::Database& main, GroupId group, UserId user);
Paged<UserId> members_of(storage::Database& main, GroupId group, const Page& page);
/// Every statement that list_groups and members_of may run, for the test that looks at their plans.
std::vector<std::string_view> group_list_statements();
/// In one of the groups, or in a group inside one; by ascending id.
std::vector<UserId> users_within(storage::Database& main, const std::vector<GroupId>& groups);
/// Directly, by id.
std::vector<GroupId> memberships_of(storage::Database& main, UserId user);
/// Directly or through nested groups.
std::vector<GroupId> groups_of(storage::Database& main, UserId user);

}  // namespace store

}  // namespace myqsec::access
