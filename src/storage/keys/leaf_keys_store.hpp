// The rows of leaf keys: where each lies in the tree, and the tree's epoch.
#pragma once

#include <optional>

#include "crypto/hash.hpp"
#include "storage/keys/leaf_keys.hpp"

namespace myqsec::storage::store {

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
