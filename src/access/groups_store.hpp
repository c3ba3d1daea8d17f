// The SQL of groups and memberships.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "access/groups.hpp"
#include "storage/sqlite/database.hpp"

namespace myqsec::access::store {

/// Throws ERR_EXISTS if the name is taken.
GroupId insert_group(storage::Database& main, std::string_view name, GroupId parent);
void update_group(storage::Database& main, const Group& group);
/// With memberships, grants to it, and grants limited to it.
void delete_group(storage::Database& main, GroupId group);
/// Throws ERR_NOT_FOUND.
Group get_group(storage::Database& main, GroupId group);
std::vector<Group> all_groups(storage::Database& main);
bool has_children(storage::Database& main, GroupId group);
/// The group and those around it, outwards.
std::vector<GroupId> group_and_ancestors(storage::Database& main, GroupId group);

/// False if that was so already.
bool insert_member(storage::Database& main, GroupId group, UserId user);
bool delete_member(storage::Database& main, GroupId group, UserId user);
std::vector<UserId> members_of(storage::Database& main, GroupId group);
/// Directly or through nested groups.
std::vector<GroupId> groups_of(storage::Database& main, UserId user);

}  // namespace myqsec::access::store
