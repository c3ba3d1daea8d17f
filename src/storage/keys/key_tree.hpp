// The key tree: random keys in the leaves of a tree of arity 64 in the main database, so that erasing some of
// them re-keys only their paths (after Reardon, Basin, Capkun, "Secure data deletion from persistent media",
// CCS 2013). docs/formats/key-tree.md says why this erases.
#pragma once

#include <cstdint>

#include "crypto/secret.hpp"
#include "storage/keys/keystore.hpp"
#include "storage/sqlite/database.hpp"

namespace myqsec::storage {

/// Where a key lies: a node of the lowest level, and which of its 64 children.
struct KeyPlace {
    std::int64_t node = 0;
    int slot = 0;
};

namespace store {
struct NodeRow;
}

/// A node holds its children's keys, sealed under its own key; the root is sealed under the keystore's key of
/// the epoch. All calls join the caller's transaction.
class KeyTree {
 public:
    static constexpr int arity = 64;
    static constexpr std::size_t key_size = 32;

    KeyTree(Database& main, const Keystore& keystore) : main_(main), keystore_(keystore) {}

    /// The tree of one empty node.
    void plant();
    [[nodiscard]] KeyPlace insert(const crypto::Secret& key);
    /// Throws ERR_CORRUPT if there is none.
    [[nodiscard]] crypto::Secret get(const KeyPlace& place);
    /// Empties the place. The key stays readable in older copies of the database until the next turn.
    void remove(const KeyPlace& place);

    /// Gives every node on the path of a removed key a fresh key, and the root `next`. From the commit on,
    /// nothing sealed under the old root leads to a removed key's successors, nor `next` to a removed key.
    void turn(const crypto::Secret& next);
    /// Gives every node a fresh key.
    void mark_all();

 private:
    struct Node;
    [[nodiscard]] Node open(std::int64_t id);
    [[nodiscard]] Node open(store::NodeRow row);
    [[nodiscard]] crypto::Secret key_of(const store::NodeRow& row);
    [[nodiscard]] const crypto::Secret& root_key() const { return keystore_.key(KeyPurpose::tree_root); }
    void seal(Node& node);
    KeyPlace take_place(int level, const crypto::Secret& key);
    Node new_node(int level);
    void grow();
    void rekey_level(int level);

    Database& main_;
    const Keystore& keystore_;
};

}  // namespace myqsec::storage
