// The key tree: random keys in the leaves of a tree of arity 64 in the main database, so that erasing some of
// them re-keys only their paths (after Reardon, Basin, Capkun, "Secure data deletion from persistent media",
// CCS 2013). docs/formats/key-tree.md says why this erases.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "crypto/secret.hpp"
#include "storage/keys/keystore.hpp"
#include "storage/keys/node_keys.hpp"
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
    struct Node;

 public:
    static constexpr int arity = 64;
    static constexpr std::size_t key_size = 32;

    KeyTree(Database& main, const Keystore& keystore) : main_(main), keystore_(keystore) {}

    /// The tree of one empty node.
    void plant();
    /// Throws ERR_CORRUPT unless the tree opens under the keystore's root of its epoch.
    void check_root();
    [[nodiscard]] KeyPlace insert(const crypto::Secret& key);
    /// Many at less cost each: every node that takes some is sealed once.
    [[nodiscard]] std::vector<KeyPlace> insert(std::span<const crypto::Secret> keys);
    [[nodiscard]] crypto::Secret get(const KeyPlace& place) { return Reading(*this).get(place); }
    /// Keys of one state of the database, for whoever needs many: neighbours cost one opening of their node.
    class Reading {
     public:
        explicit Reading(KeyTree& tree);
        Reading(const Reading&) = delete;
        Reading& operator=(const Reading&) = delete;
        ~Reading();
        /// Throws ERR_CORRUPT if there is none.
        [[nodiscard]] crypto::Secret get(const KeyPlace& place);

     private:
        KeyTree& tree_;
        std::unique_ptr<Node> node_;  ///< the last one
    };
    /// Empties the places. The keys stay readable in older copies of the database until the next turn.
    void remove(std::vector<KeyPlace> places);

    /// Gives every node on the path of a removed key a fresh key, and the root `next`. From the commit on,
    /// nothing sealed under the old root leads to a removed key's successors, nor `next` to a removed key.
    void turn(const crypto::Secret& next);
    /// Gives every node a fresh key.
    void mark_all();
    /// Drops the keys that it keeps in memory: those of a turn that did not come.
    void forget() { known_.clear(); }

 private:
    /// By the node that they hang on: the nodes that a turn gives fresh keys.
    using Branches = std::map<std::int64_t, std::vector<std::int64_t>>;
    [[nodiscard]] Node open(std::int64_t id);
    [[nodiscard]] Node open(store::NodeRow row);
    [[nodiscard]] crypto::Secret key_of(const store::NodeRow& row);
    [[nodiscard]] crypto::Secret root_key();
    void seal(Node& node);
    Node node_with_space(int level);
    KeyPlace take_place(int level, const crypto::Secret& key);
    Node new_node(int level);
    void grow();
    [[nodiscard]] Branches dirty_branches();
    void rekey(Node node, crypto::Secret next, const Branches& branches);

    Database& main_;
    const Keystore& keystore_;
    NodeKeys known_;
};

}  // namespace myqsec::storage
