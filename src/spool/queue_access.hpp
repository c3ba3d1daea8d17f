// Who may send jobs to a queue.
#pragma once

#include "access/groups.hpp"
#include "spool/queue.hpp"
#include "storage/sqlite/database.hpp"

namespace myqsec::spool {

/// Throws ERR_NOT_FOUND.
[[nodiscard]] Queue require_queue(storage::Database& main, QueueId queue);

/// Everybody may use a queue that is not restricted; otherwise those allowed, also through the groups around
/// theirs.
[[nodiscard]] bool may_use(storage::Database& main, access::Groups& groups, const Queue& queue, UserId user);

}  // namespace myqsec::spool
