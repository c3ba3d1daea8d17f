// Removing old events: whole segments of 256, so that the tree over the rest stays provable from their roots.
#pragma once

#include <optional>

#include "audit/log/tree_store.hpp"
#include "base/clock.hpp"

namespace myqsec::audit {

/// The first event that is kept if segments go whose events are all older than `cutoff`; at most so many at
/// once that the databases are not held for long. tree.first if there is nothing to prune.
[[nodiscard]] std::int64_t first_after_pruning(storage::Database& log, const store::TreeState& tree,
                                               Instant cutoff);

/// The time of the youngest event in the first segment; none if that is all the log, or not complete.
[[nodiscard]] std::optional<Instant> youngest_of_segment(storage::Database& log,
                                                         const store::TreeState& tree);

/// Removes the events before `first`, and what only they needed. Checkpoints that were handed out, and those
/// that close an epoch, keep the nodes that connect them with the rest. Inside a transaction.
void prune(storage::Database& log, store::TreeState& tree, std::int64_t first);

}  // namespace myqsec::audit
