// Roles: named sets of rights, given to users or groups, for everything or for a group or a queue.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/rights/authority.hpp"
#include "access/rights/roles_store.hpp"
#include "base/page.hpp"

namespace myqsec::access {

/// role.manage. Whoever loses a role loses their sessions.
class Roles {
 public:
    Roles(storage::Vault& vault, audit::AuditLog& audit, Authority& authority);

    /// Each right must be one's own. ERR_EXISTS, ERR_ACCESS_DENIED.
    RoleId create(const Principal& principal, std::string_view name, RightSet rights);
    /// Renames it, and replaces its rights: those before and those after must be one's own. Ends the sessions
    /// of who loses a right. ERR_NOT_FOUND, ERR_EXISTS, ERR_ACCESS_DENIED; built-in roles are
    /// ERR_NOT_POSSIBLE.
    void change(const Principal& principal, RoleId role, std::optional<std::string_view> name,
                std::optional<RightSet> rights);
    /// With all its grants: each of its rights must be one's own. Built-in roles are ERR_NOT_POSSIBLE.
    void remove(const Principal& principal, RoleId role);
    /// Those built in too; by id.
    [[nodiscard]] Paged<Role> list(const Principal& principal, const Page& page = {});

    /// Idempotent. Nobody can grant a right they lack. ERR_NOT_FOUND (role, user, group, queue),
    /// ERR_NOT_POSSIBLE ("user", "host").
    void give(const Principal& principal, std::string_view role, const Grant& grant);
    /// ERR_NOT_FOUND, ERR_NOT_POSSIBLE (the last administrator).
    void take(const Principal& principal, std::string_view role, const Grant& grant);
    /// Of all roles, by id, in the order in which they were given.
    [[nodiscard]] Paged<GrantRow> grants(const Principal& principal, const Page& page = {});

    /// Whether there is such a queue is the spool's to say; until it does, there is none.
    using QueueCheck = std::function<bool(QueueId)>;
    void know_queues(QueueCheck exists) { queue_exists_ = std::move(exists); }
    /// For the deletion of a queue, with the grants limited to it: refuses (audited, ERR_ACCESS_DENIED) who
    /// may not take them. Not inside a transaction.
    void authorise_forgetting(const Principal& principal, QueueId queue);
    /// Takes them; joins the transaction that deletes the queue, after which the caller settles what is
    /// returned.
    [[nodiscard]] Sessions::Revocation forget_queue(storage::Transaction& transaction,
                                                    const Authorised& proof, QueueId queue);

 private:
    Role find(std::string_view name);
    /// One that is not built in. ERR_NOT_FOUND, ERR_NOT_POSSIBLE.
    Role find_custom(RoleId role);
    void check_grant(const Grant& grant, RightSet rights);

    storage::Vault& vault_;
    audit::AuditLog& audit_;
    Authority& authority_;
    QueueCheck queue_exists_ = [](QueueId) { return false; };
};

}  // namespace myqsec::access
