#include "spool/queue_access.hpp"

#include <algorithm>

#include "spool/queue_store.hpp"

namespace myqsec::spool {

Queue require_queue(storage::Database& main, QueueId queue) {
    auto found = store::find_queue(main, queue);
    if (!found) fail(Status::ERR_NOT_FOUND, "there is no queue {}", queue.value);
    return *std::move(found);
}

bool may_use(storage::Database& main, access::Groups& groups, const Queue& queue, UserId user) {
    if (!queue.restricted) return true;
    const auto all = store::allowed(main, queue.id);
    return std::any_of(all.begin(), all.end(), [&](const store::Allowed& who) {
        return who.user ? who.user == user : groups.is_member(user, who.group);
    });
}

}  // namespace myqsec::spool
