// The SQL of the audit log's tree: subtree roots, signing epochs and checkpoints, all in the log database.
//
// Of the tree's nodes it keeps the leaves, beside their events, and the roots of every 256th, 65,536th …
// subtree. Whatever lies between is computed from at most 256 neighbours, so that a proof reads O(log n)
// times.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "audit/tree/merkle.hpp"
#include "audit/tree/proof.hpp"
#include "base/clock.hpp"
#include "crypto/public_key/signing.hpp"
#include "storage/sqlite/database.hpp"

namespace myqsec::audit::store {

struct TreeState {
    CompactRange range;
    std::int64_t first = 1;  ///< the first event that was not pruned

    [[nodiscard]] std::int64_t size() const { return static_cast<std::int64_t>(range.size()); }
};

TreeState load_tree(storage::Database& log);
void save_tree(storage::Database& log, const TreeState& tree);

/// Idempotent: a subtree's root never changes.
void insert_node(storage::Database& log, unsigned level, std::uint64_t position, const crypto::Digest& hash);
std::optional<crypto::Digest> node(storage::Database& log, unsigned level, std::uint64_t position);
/// Neighbours on one level, in order; fewer than `count` if some are missing.
std::vector<crypto::Digest> nodes_from(storage::Database& log, unsigned level, std::uint64_t position,
                                       std::size_t count);

struct Epoch {
    std::uint32_t epoch = 0;
    crypto::VerifyingKey public_key{};
    Instant began;
    std::int64_t behind = 0;  ///< the event that ended the epoch before; it is the last of that one
};
void insert_epoch(storage::Database& log, const Epoch& epoch);
std::optional<Epoch> epoch(storage::Database& log, std::uint32_t number);
std::optional<Epoch> newest_epoch(storage::Database& log);
std::vector<Epoch> epochs(storage::Database& log);
/// The epoch that begins behind event `sequence`.
std::optional<Epoch> epoch_behind(storage::Database& log, std::int64_t sequence);

struct CheckpointRow {
    std::int64_t size = 0;
    std::uint32_t epoch = 0;
    crypto::Digest root{};
    crypto::Signature signature{};
    bool kept = false;  ///< outlives the events it covers: it was handed out, or closes its epoch
};
void insert_checkpoint(storage::Database& log, const CheckpointRow& row);
void keep_checkpoint(storage::Database& log, std::int64_t size);
std::optional<CheckpointRow> newest_checkpoint(storage::Database& log);
/// Those with from <= size <= to, in order.
std::vector<CheckpointRow> checkpoints(storage::Database& log, std::int64_t from, std::int64_t to);
void delete_passing_checkpoints_to(storage::Database& log, std::int64_t size);

}  // namespace myqsec::audit::store

namespace myqsec::audit {

/// Throws ERR_NOT_POSSIBLE for a node that went with pruned events. The log outlives it.
[[nodiscard]] NodeSource log_nodes(storage::Database& log);

/// Adds an event's leaf to the tree, and stores the roots that are kept.
void append_leaf(storage::Database& log, store::TreeState& tree, const crypto::Digest& leaf);

}  // namespace myqsec::audit
