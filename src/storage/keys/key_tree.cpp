#include "storage/keys/key_tree.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "crypto/aead.hpp"
#include "crypto/random.hpp"
#include "storage/keys/key_tree_store.hpp"

namespace myqsec::storage {

namespace {

constexpr std::size_t keys_size = KeyTree::arity * KeyTree::key_size;

/// Binds a node's keys to it, so that nodes cannot be swapped.
Bytes context(std::int64_t id, int level) {
    ByteWriter writer;
    writer.raw(as_bytes("key-node"))
        .integer(static_cast<std::uint8_t>(level))
        .integer(static_cast<std::uint64_t>(id));
    return writer.take();
}

}  // namespace

struct KeyTree::Node {
    store::NodeRow row;
    crypto::Secret own;   ///< the key it is sealed under
    crypto::Secret keys;  ///< of the children, one after the other; an empty place is zero

    static Node open(store::NodeRow row, crypto::Secret own) {
        auto keys = crypto::open_record(own, context(row.id, row.level), row.sealed);
        if (keys.size() != keys_size)
            fail(Status::ERR_CORRUPT, "node {} of the key tree has the wrong size", row.id);
        return {std::move(row), std::move(own), std::move(keys)};
    }
    [[nodiscard]] ByteView key(int slot) const { return keys.view().subspan(offset(slot), key_size); }
    void set(int slot, ByteView key) { std::ranges::copy(key, keys.span().subspan(offset(slot)).begin()); }
    void clear(int slot) { set(slot, ByteArray<key_size>{}); }
    [[nodiscard]] bool empty(int slot) const {
        return crypto::equal_constant_time(key(slot), ByteArray<key_size>{});
    }
    [[nodiscard]] int free_slot() const {
        for (int slot = 0; slot < arity; ++slot) {
            if (empty(slot)) return slot;
        }
        fail(Status::ERR_CORRUPT, "node {} of the key tree is full, but its count says otherwise", row.id);
    }

 private:
    static constexpr std::size_t offset(int slot) { return static_cast<std::size_t>(slot) * key_size; }
};

// --- nodes ---

/// Of the epoch that the database names: while a turn ends, the keystore has the one before too.
crypto::Secret KeyTree::root_key() {
    const auto epoch = store::get_epoch(main_);
    const auto root = keystore_.root(epoch);
    if (!root) fail(Status::ERR_CORRUPT, "the keystore has no root of the key tree's epoch {}", epoch);
    return root->clone();
}

crypto::Secret KeyTree::key_of(const store::NodeRow& row) {
    if (row.parent == 0) return root_key();
    auto parent = store::get_node(main_, row.parent);
    if (parent.level != row.level + 1) {  // or damage could lead in a circle
        fail(Status::ERR_CORRUPT, "node {} of the key tree hangs on a node of level {}", row.id,
             parent.level);
    }
    return crypto::Secret(open(std::move(parent)).key(row.slot));
}

void KeyTree::check_root() {
    const auto row = store::get_node(main_, store::root_node(main_));
    try {
        static_cast<void>(Node::open(row, root_key()));
    } catch (const Error& error) {
        if (error.status() != Status::ERR_CORRUPT) throw;
        fail(Status::ERR_CORRUPT,
             "the keystore's root of key epoch {} is not the one that the main database was sealed under: "
             "one of the two was put back to an earlier state, or damaged; restore both from one backup",
             store::get_epoch(main_));
    }
}

KeyTree::Node KeyTree::open(std::int64_t id) {
    return open(store::get_node(main_, id));
}

KeyTree::Node KeyTree::open(store::NodeRow row) {
    if (auto known = known_.find(row.id)) {
        try {
            return Node::open(row, *std::move(known));
        } catch (const Error&) {  // it has another one since, or again
        }
    }
    auto own = key_of(row);
    known_.put_of(store::get_epoch(main_), row.id, own);
    return Node::open(std::move(row), std::move(own));
}

void KeyTree::seal(Node& node) {
    node.row.sealed = crypto::seal_record(node.own, context(node.row.id, node.row.level), node.keys.view());
    store::put_node(main_, node.row);
    known_.put(node.row.id, node.own);
}

// --- places ---

void KeyTree::plant() {
    Node root{{.id = store::fresh_node(main_), .level = 1}, root_key(), crypto::Secret(keys_size)};
    seal(root);
}

KeyPlace KeyTree::insert(const crypto::Secret& key) {
    return take_place(1, key);
}

std::vector<KeyPlace> KeyTree::insert(std::span<const crypto::Secret> keys) {
    std::vector<KeyPlace> places;
    while (places.size() < keys.size()) {
        Node node = node_with_space(1);
        for (; places.size() < keys.size() && node.row.live < arity; ++node.row.live) {
            const int slot = node.free_slot();
            node.set(slot, keys[places.size()].view());
            places.push_back({node.row.id, slot});
        }
        seal(node);
    }
    return places;
}

/// Of this level; makes it, and what it hangs on, if all are full.
KeyTree::Node KeyTree::node_with_space(int level) {
    auto id = store::node_with_space(main_, level);
    if (!id && store::top_level(main_) == level) {
        grow();
        id = store::node_with_space(main_, level);
    }
    return id ? open(*id) : new_node(level);
}

KeyPlace KeyTree::take_place(int level, const crypto::Secret& key) {
    Node node = node_with_space(level);
    const int slot = node.free_slot();
    node.set(slot, key.view());
    ++node.row.live;
    seal(node);
    return {node.row.id, slot};
}

KeyTree::Node KeyTree::new_node(int level) {
    auto own = crypto::random_secret(key_size);
    const auto place = take_place(level + 1, own);
    return {{.id = store::fresh_node(main_), .level = level, .parent = place.node, .slot = place.slot},
            std::move(own),
            crypto::Secret(keys_size)};
}

/// A new root above the full one.
void KeyTree::grow() {
    Node old_root = open(store::root_node(main_));
    Node root{{.id = store::fresh_node(main_), .level = old_root.row.level + 1, .live = 1},
              std::move(old_root.own),
              crypto::Secret(keys_size)};
    old_root.own = crypto::random_secret(key_size);
    root.set(0, old_root.own.view());
    old_root.row.parent = root.row.id;
    old_root.row.slot = 0;
    seal(old_root);  // first: there is one root
    seal(root);
}

KeyTree::Reading::Reading(KeyTree& tree) : tree_(tree) {}
KeyTree::Reading::~Reading() = default;

crypto::Secret KeyTree::Reading::get(const KeyPlace& place) {
    if (!node_ || node_->row.id != place.node) node_ = std::make_unique<Node>(tree_.open(place.node));
    if (place.slot < 0 || place.slot >= arity || node_->empty(place.slot)) {
        fail(Status::ERR_CORRUPT, "the key tree has no key in place {} of node {}", place.slot, place.node);
    }
    return crypto::Secret(node_->key(place.slot));
}

void KeyTree::remove(std::vector<KeyPlace> places) {
    std::ranges::sort(places, {}, &KeyPlace::node);
    for (auto place = places.begin(); place != places.end();) {
        Node node = open(place->node);
        for (; place != places.end() && place->node == node.row.id; ++place) {
            node.clear(place->slot);
            --node.row.live;
        }
        node.row.dirty = true;
        seal(node);
    }
}

// --- turning ---

void KeyTree::mark_all() {
    store::mark_all_nodes(main_);
}

KeyTree::Branches KeyTree::dirty_branches() {
    Branches branches;
    for (auto id : store::dirty_nodes(main_)) {
        // Up to the root, or to a node whose own branch is known.
        for (bool more = true; more;) {
            const auto parent = store::parent_of(main_, id);
            auto& branch = branches[parent];
            more = parent != 0 && branch.empty();
            if (std::ranges::find(branch, id) == branch.end()) branch.push_back(id);
            id = parent;
        }
    }
    return branches;
}

void KeyTree::turn(const crypto::Secret& next) {
    known_.expect(store::get_epoch(main_) + 1);
    rekey(open(store::root_node(main_)), next.clone(), dirty_branches());
}

/// Each node is opened once, under the key of before, and sealed once, after those below it, whose new keys
/// it collects.
void KeyTree::rekey(Node node, crypto::Secret next, const Branches& branches) {
    const auto found = branches.find(node.row.id);
    if (found != branches.end()) {
        for (const auto id : found->second) {
            auto row = store::get_node(main_, id);
            const int slot = row.slot;
            auto child = Node::open(std::move(row), crypto::Secret(node.key(slot)));
            auto fresh = crypto::random_secret(key_size);
            node.set(slot, fresh.view());
            rekey(std::move(child), std::move(fresh), branches);
        }
    }
    node.own = std::move(next);
    node.row.dirty = false;
    seal(node);
}

}  // namespace myqsec::storage
