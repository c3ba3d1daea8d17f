// The key tree's rows: its nodes, where each leaf lies, its epoch.
#pragma once

#include <optional>
#include <vector>

#include "crypto/hash.hpp"
#include "storage/keys/leaf_keys.hpp"
#include "storage/sqlite/database.hpp"

namespace myqsec::storage::store {

struct NodeRow {
    std::int64_t id = 0;
    int level = 0;            ///< 1: its children are leaves
    std::int64_t parent = 0;  ///< 0: the root
    int slot = 0;             ///< in its parent
    int live = 0;             ///< children
    bool dirty = false;       ///< lost a child since its key is in use
    Bytes sealed{};
};

/// Throws ERR_CORRUPT if there is none.
[[nodiscard]] NodeRow get_node(Database& main, std::int64_t id);
void put_node(Database& main, const NodeRow& row);
/// A number no node has yet.
[[nodiscard]] std::int64_t fresh_node(Database& main);
[[nodiscard]] std::optional<std::int64_t> node_with_space(Database& main, int level);
[[nodiscard]] std::int64_t root_node(Database& main);
[[nodiscard]] int top_level(Database& main);
[[nodiscard]] std::vector<std::int64_t> dirty_nodes(Database& main);
[[nodiscard]] std::int64_t parent_of(Database& main, std::int64_t id);
void mark_all_nodes(Database& main);

void insert_leaf(Database& main, LeafId leaf, LeafKind kind, const KeyPlace& place);
[[nodiscard]] std::optional<KeyPlace> find_leaf(Database& main, LeafId leaf);
void remove_leaf(Database& main, LeafId leaf);
[[nodiscard]] std::int64_t count_leaves(Database& main);

[[nodiscard]] bool has_tree(Database& main);
void plant(Database& main, std::uint32_t epoch);
[[nodiscard]] std::uint32_t get_epoch(Database& main);
/// Nothing waits in a new epoch; the same epoch again only writes the row.
void set_epoch(Database& main, std::uint32_t epoch);

struct Waiting {
    std::int64_t keys = 0;
    std::optional<Instant> since;
};
[[nodiscard]] Waiting waiting(Database& main);
void add_waiting(Database& main, Instant now, std::int64_t keys);

[[nodiscard]] std::optional<crypto::Digest> get_root_digest(Database& main);
void set_root_digest(Database& main, const crypto::Digest& digest);

}  // namespace myqsec::storage::store
