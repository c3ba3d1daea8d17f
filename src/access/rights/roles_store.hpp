// The SQL of roles and grants.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "access/rights/rights.hpp"
#include "base/clock.hpp"
#include "base/page.hpp"
#include "storage/sqlite/database.hpp"

namespace myqsec::access {

struct Role {
    RoleId id;
    std::string name;
    bool built_in = false;
    RightSet rights;
};

/// To whom, and for what. Exactly one of user and group. With both scopes: over users of the group in the
/// queue.
struct Grant {
    UserId user;
    GroupId group;
    GroupId scope_group;             ///< only over users of this group
    QueueId scope_queue;             ///< only in this queue
    std::optional<Instant> until{};  ///< none: until it is taken
    bool operator==(const Grant&) const = default;
};

struct GrantRow {
    std::int64_t id = 0;
    RoleId role;
    std::string role_name;
    Grant grant;
    RightSet rights;  ///< the role's
};

namespace store {

/// A grant as it works: its role's rights, and what they are limited to.
struct EffectiveGrant {
    RightSet rights;
    GroupId scope_group;
    QueueId scope_queue;
};

// Of grants with an end these return the ones that are in force.
/// Grants to the user, and to the groups that the user is in, nested ones included.
std::vector<EffectiveGrant> grants_of_user(storage::Database& main, UserId user, Instant now);
/// Grants to the group and to those around it.
std::vector<EffectiveGrant> grants_of_group(storage::Database& main, GroupId group, Instant now);
/// Grants limited to the group, or to one around it, whoever holds them.
std::vector<EffectiveGrant> grants_over_group(storage::Database& main, GroupId group, Instant now);

/// As grants_of_user, in full, and those that are over; by id.
std::vector<GrantRow> grants_reaching(storage::Database& main, UserId user);
/// All grants, those that are over too; by id.
std::vector<GrantRow> all_grants(storage::Database& main);
/// Past their end; `most` of them.
std::vector<GrantRow> grants_over(storage::Database& main, Instant now, std::int64_t most);
/// The first end that is still to come, or was not seen to yet.
std::optional<Instant> first_end_of_grants(storage::Database& main);

/// The grants that would go with the role, the group, the queue: made of it, to it, limited to it.
std::vector<GrantRow> grants_on(storage::Database& main, RoleId role);
std::vector<GrantRow> grants_on(storage::Database& main, GroupId group);
std::vector<GrantRow> grants_on(storage::Database& main, QueueId queue);

/// Throws ERR_EXISTS if the name is taken.
RoleId insert_role(storage::Database& main, std::string_view name, RightSet rights);
/// Name and rights. Throws ERR_EXISTS if the name is another's.
void update_role(storage::Database& main, const Role& role);
/// With all its grants.
void delete_role(storage::Database& main, RoleId role);
std::vector<Role> custom_roles(storage::Database& main);
Paged<Role> list_roles(storage::Database& main, const Page& page);

/// That of the same role to the same for the same, whatever its end.
std::optional<GrantRow> find_grant(storage::Database& main, RoleId role, const Grant& grant);
void insert_grant(storage::Database& main, RoleId role, const Grant& grant);
/// Gives it another end.
void update_grant(storage::Database& main, std::int64_t id, std::optional<Instant> until);
/// False if there is none.
bool delete_grant(storage::Database& main, RoleId role, const Grant& grant);
void delete_queue_grants(storage::Database& main, QueueId queue);
Paged<GrantRow> list_grants(storage::Database& main, const Page& page);
/// Every statement that list_roles and list_grants may run, for the test that looks at their plans.
std::vector<std::string_view> role_list_statements();

/// What takes it from somebody to be an administrator.
struct Losses {
    std::vector<UserId> disabled;
    std::vector<std::pair<GroupId, UserId>> memberships;
};
/// Active users who are administrators without limit or end, or would be after that.
std::int64_t count_administrators(storage::Database& main, const Losses& losses = {});
/// Throws ERR_NOT_POSSIBLE if the transaction's changes left none.
void require_administrator_left(storage::Database& main);

}  // namespace store

}  // namespace myqsec::access
