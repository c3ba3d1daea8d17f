// Groups (departments): nested; a member of a group is a member of the groups around it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/identity/groups_store.hpp"
#include "access/rights/authority.hpp"
#include "base/page.hpp"

namespace myqsec::access {

/// group.manage. Who is in a group has what it and the groups around it hold, and stands within the reach of
/// roles that are limited to them, and may use the restricted queues that are open to them. So whoever
/// renames a group, or changes its place or members, needs all rights that it holds; over the people who
/// enter or leave, all rights that such roles give, and where a whole group does, over that group, whoever
/// will be in it; and queue.manage over those queues. Who loses rights by that, loses their sessions.
class Groups {
 public:
    Groups(storage::Vault& vault, audit::AuditLog& audit, Authority& authority);

    /// Names are unique, 1 to 255 bytes. ERR_EXISTS, ERR_NOT_FOUND (parent).
    GroupId create(const Principal& principal, std::string_view name, GroupId parent = {});
    /// Renames and moves; absent: not. ERR_NOT_POSSIBLE for a cycle or the last administrator.
    void change(const Principal& principal, GroupId group, std::optional<std::string_view> name,
                std::optional<GroupId> parent);
    /// With its memberships, and with the grants to it and limited to it, which needs what taking them needs.
    /// ERR_NOT_POSSIBLE while it has groups inside.
    void remove(const Principal& principal, GroupId group);
    /// By id.
    [[nodiscard]] Paged<Group> list(const Principal& principal, const Page& page = {});

    /// Both idempotent.
    void add(const Principal& principal, GroupId group, UserId user);
    void remove_member(const Principal& principal, GroupId group, UserId user);
    /// Direct members, by id.
    [[nodiscard]] Paged<UserId> members(const Principal& principal, GroupId group, const Page& page = {});

    // For upper layers, without principal.
    [[nodiscard]] std::vector<GroupId> groups_of(UserId user);  ///< transitive
    /// In one of the groups, or in a group inside one; by ascending id.
    [[nodiscard]] std::vector<UserId> users_within(const std::vector<GroupId>& groups);
    [[nodiscard]] bool is_member(UserId user, GroupId group);  ///< transitive
    [[nodiscard]] bool exists(GroupId group);

 private:
    [[nodiscard]] Sessions::Revocation end_sessions(storage::Transaction& transaction, GroupId left,
                                                    std::vector<UserId> people);
    /// For who enters or leaves: people, or a whole group.
    void require_authority(const Principal& principal, GroupId group, const std::vector<UserId>& people);
    void require_authority(const Principal& principal, GroupId group, GroupId moved);
    void require_queues(const Principal& principal, GroupId group);

    storage::Vault& vault_;
    audit::AuditLog& audit_;
    Authority& authority_;
};

}  // namespace myqsec::access
