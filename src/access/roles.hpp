// Roles: named sets of rights, given to users or groups, for everything or for a group or a queue.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "access/rights/authority.hpp"
#include "access/rights/roles_store.hpp"
#include "base/page.hpp"

namespace myqsec::access {

/// role.manage.
class Roles {
 public:
    Roles(storage::Vault& vault, audit::AuditLog& audit, Authority& authority);

    /// Each right must be one's own. ERR_EXISTS, ERR_ACCESS_DENIED.
    RoleId create(const Principal& principal, std::string_view name, RightSet rights);
    /// With all its grants. Built-in roles are ERR_NOT_POSSIBLE.
    void remove(const Principal& principal, RoleId role);
    /// Those built in too; by id.
    [[nodiscard]] Paged<Role> list(const Principal& principal, const Page& page = {});

    /// Idempotent. Nobody can grant a right they lack. ERR_NOT_FOUND, ERR_NOT_POSSIBLE ("user", "host").
    void give(const Principal& principal, std::string_view role, const Grant& grant);
    /// ERR_NOT_FOUND, ERR_NOT_POSSIBLE (the last administrator).
    void take(const Principal& principal, std::string_view role, const Grant& grant);
    /// Of all roles, by id, in the order in which they were given.
    [[nodiscard]] Paged<GrantRow> grants(const Principal& principal, const Page& page = {});

    /// Removes grants limited to a queue; joins the transaction that deletes the queue.
    void forget_queue(storage::Transaction& transaction, QueueId queue);

 private:
    Role find(std::string_view name);

    storage::Vault& vault_;
    audit::AuditLog& audit_;
    Authority& authority_;
};

}  // namespace myqsec::access
