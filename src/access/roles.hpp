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

/// A way in which a user may come to a right, and whether it leads to the target.
struct RightPath {
    std::optional<GrantRow> grant;  ///< none: everybody has it
    bool applies = false;
    std::string reason;  ///< a clause: through what, or why not
};

struct Explanation {
    bool allowed = false;
    bool at_devices = false;  ///< sessions at devices have the right, too
    std::vector<RightPath> paths;
};

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

    /// Idempotent; with another end than before, that is the new one. Nobody can grant a right they lack.
    /// ERR_NOT_FOUND (role, user, group, queue), ERR_NOT_POSSIBLE ("user", "host", the last administrator
    /// without end), ERR_INVALID_ARGUMENT (an end that is past).
    void give(const Principal& principal, std::string_view role, const Grant& grant);
    /// ERR_NOT_FOUND, ERR_NOT_POSSIBLE (the last administrator).
    void take(const Principal& principal, std::string_view role, const Grant& grant);
    /// Of all roles, by id, in the order in which they were given.
    [[nodiscard]] Paged<GrantRow> grants(const Principal& principal, const Page& page = {});

    /// Whether and why a user has a right over the target; role.manage, or oneself. ERR_NOT_FOUND.
    [[nodiscard]] Explanation explain(const Principal& principal, UserId user, Right right,
                                      const Target& target);
    /// Who has it: active users, by id.
    [[nodiscard]] Paged<UserId> holders_of(const Principal& principal, Right right, const Target& target,
                                           const Page& page = {});

    /// Takes grants that are over, and the sessions of who had them. Returns when the next is.
    Instant end_over();

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
