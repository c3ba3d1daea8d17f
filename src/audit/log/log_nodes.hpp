// The tree's nodes as the log database keeps them: leaves beside their events, and the roots of every 256th,
// 65,536th … subtree. Whatever lies between is computed from at most 256 neighbours, so that a proof reads
// O(log n) times.
#pragma once

#include "audit/log/tree_store.hpp"
#include "audit/tree/proof.hpp"

namespace myqsec::audit {

/// Throws ERR_NOT_POSSIBLE for a node that went with pruned events. The log outlives it.
[[nodiscard]] NodeSource log_nodes(storage::Database& log);

/// Adds an event's leaf to the tree, and stores the roots that are kept.
void append_leaf(storage::Database& log, store::TreeState& tree, const crypto::Digest& leaf);

}  // namespace myqsec::audit
