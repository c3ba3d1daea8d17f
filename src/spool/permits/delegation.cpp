#include "spool/permits/delegation.hpp"

#include <algorithm>

#include "spool/records/queue_store.hpp"
#include "spool/records/trusted_time.hpp"

namespace myqsec::spool {

bool is_in_force(const Context& context, const Delegation& delegation) {
    return !delegation.until || *delegation.until > std::max(context.now(), trusted_now(context));
}

std::optional<Delegation> delegation_for(const Context& context, const access::Principal& principal,
                                         const std::optional<store::JobRecord>& job) {
    const auto owner = job ? job->owner : UserId();
    if (!principal.user || principal.is(owner)) return std::nullopt;
    auto found = store::find_delegation(context.main(), owner, principal.user);
    if (!found || !job || !is_in_force(context, *found) || !context.access.users.is_active(owner))
        return std::nullopt;
    const auto queue = store::find_queue(context.main(), job->queue);
    if (!queue || !found->covers(job->state, queue->kind)) return std::nullopt;
    return found;
}

std::vector<Delegation> delegations_to(const Context& context, const access::Principal& principal) {
    if (!principal.user) return {};
    auto all = store::delegations_to(context.main(), principal.user);
    std::erase_if(all, [&](const Delegation& one) {
        return !is_in_force(context, one) || !context.access.users.is_active(one.owner);
    });
    return all;
}

}  // namespace myqsec::spool
