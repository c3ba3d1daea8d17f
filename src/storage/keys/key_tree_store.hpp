// The key tree's rows.
#pragma once

#include <optional>
#include <vector>

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

}  // namespace myqsec::storage::store
