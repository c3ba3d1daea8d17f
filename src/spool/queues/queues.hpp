// Queues, and who may send jobs to them.
#pragma once

#include <vector>

#include "base/page.hpp"
#include "spool/records/context.hpp"
#include "spool/records/queue.hpp"

namespace myqsec::spool {

/// queue.manage, unless said otherwise. Thread-safe. What it is built from outlives it.
class Queues {
 public:
    explicit Queues(const Context& context);

    /// ERR_EXISTS, ERR_INVALID_ARGUMENT; ERR_NOT_FOUND, ERR_NOT_POSSIBLE, ERR_LIMIT (certificates).
    QueueId create(const access::Principal& principal, const QueueFields& fields);
    /// ERR_NOT_FOUND, ERR_EXISTS, ERR_INVALID_ARGUMENT. Jobs that are held already keep their deadline,
    /// and are converted to another encryption or other certificates.
    void change(const access::Principal& principal, QueueId queue, const QueueFields& fields);
    /// With the grants limited to it, which needs what taking them needs. ERR_NOT_FOUND; ERR_NOT_POSSIBLE
    /// while it holds documents.
    void remove(const access::Principal& principal, QueueId queue);
    /// Those that the principal may submit to; all with queue.manage or session.host. By id.
    [[nodiscard]] Paged<Queue> list(const access::Principal& principal, const Page& page = {});
    /// By its name, of those that list() shows. ERR_NOT_FOUND, audited alike whether there is none or one
    /// that the principal may not see.
    [[nodiscard]] QueueId find(const access::Principal& principal, std::string_view name);

    /// Who may submit to a restricted queue: a user or a group, with the groups inside it; the other is 0.
    /// Idempotent. ERR_NOT_FOUND for nobody, if the principal may see users, or groups; else that is audited
    /// as a denial, and answered as if there were somebody.
    void allow(const access::Principal& principal, QueueId queue, UserId user, GroupId group);
    void disallow(const access::Principal& principal, QueueId queue, UserId user, GroupId group);

    /// How long a job that comes now has at least; Duration::max() if there is no queue.
    [[nodiscard]] Duration shortest_retention() const;

    /// For the removal of a user; joins its transaction.
    void forget_user(storage::Transaction& transaction, UserId user);

 private:
    /// False, and nothing done, for nobody who could be allowed.
    bool set_allowed(const access::Principal& principal, QueueId queue, UserId user, GroupId group,
                     bool allowed);

    Context context_;
};

}  // namespace myqsec::spool
