#include "storage/keys/leaf_keys.hpp"

#include "base/error.hpp"
#include "crypto/aead.hpp"
#include "crypto/random.hpp"
#include "storage/keys/leaf_keys_store.hpp"

namespace myqsec::storage {

namespace {

/// How a key was bound to its row before there was a tree.
Bytes row_context(const store::WrappedKey& row) {
    ByteWriter writer;
    writer.raw(as_bytes("leaf"))
        .integer(static_cast<std::uint8_t>(row.kind))
        .integer(static_cast<std::uint64_t>(row.leaf.value));
    return writer.take();
}

/// Random, not counted: an id never names another key later, and tells nothing about how many there were.
LeafId fresh_id() {
    const auto bytes = crypto::random_array<8>();
    return LeafId(static_cast<std::int64_t>(load_be<std::uint64_t>(bytes.data()) >> 1) | 1);
}

}  // namespace

LeafId LeafKeys::create(Transaction& transaction, LeafKind kind) {
    return store(transaction, kind, crypto::random_secret(KeyTree::key_size));
}

LeafId LeafKeys::store(Transaction& /*transaction*/, LeafKind kind, const crypto::Secret& key) {
    const LeafId leaf = fresh_id();
    store::insert_leaf(main_, leaf, kind, tree_.insert(key));
    return leaf;
}

crypto::Secret LeafKeys::get(LeafId leaf) {
    const auto lock = main_.lock();  // a turn in between would seal the path under other keys
    const auto place = store::find_leaf(main_, leaf);
    if (!place) fail(Status::ERR_NOT_FOUND, "the key was destroyed: what it sealed cannot be read any more");
    return tree_.get(*place);
}

bool LeafKeys::exists(LeafId leaf) {
    return store::find_leaf(main_, leaf).has_value();
}

void LeafKeys::destroy(Transaction& /*transaction*/, LeafId leaf) {
    const auto place = store::find_leaf(main_, leaf);
    if (!place) return;
    tree_.remove(*place);
    store::remove_leaf(main_, leaf);
    store::add_waiting(main_, clock_.now());
}

// --- turning ---

// What is destroyed hangs, in every older copy of the database, on the root of its epoch. So: a fresh root is
// durable in the keystore, then one commit moves the tree under it, then the old root is overwritten.
void LeafKeys::commit_erased(Transaction& transaction) {
    if (!transaction.outermost())
        fail(Status::ERR_INTERNAL, "an erasure can't be completed inside another transaction");
    if (keystore_.turning()) {
        // An earlier turn failed at its commit, or after it. Until this commit is durable, a crash could
        // still bring that one.
        transaction.commit();
        settle();
        turn();
        return;
    }
    const auto epoch = store::get_epoch(main_);
    const auto turn = keystore_.begin_turn();
    try {
        tree_.turn(keystore_.next_root());
        store::set_epoch(main_, epoch + 1);
    } catch (...) {
        keystore_.settle_turn(epoch);
        throw;
    }
    transaction.commit();
    keystore_.settle_turn(epoch + 1);
}

void LeafKeys::turn() {
    Transaction transaction(main_);
    if (has_waiting()) commit_erased(transaction);
}

Instant LeafKeys::turn_if_due(Duration delay) {
    const auto waiting = store::waiting(main_);
    if (waiting.keys == 0 && !keystore_.turning()) return Instant::max();
    const auto now = clock_.now();
    const auto since = waiting.since.value_or(now);
    // A clock that was set back must not put it off.
    const bool due =
        keystore_.turning() || waiting.keys >= most_waiting || now >= since + delay || now < since;
    if (!due) return since + delay;
    turn();
    return Instant::max();
}

void LeafKeys::mark_all(Transaction& /*transaction*/) {
    tree_.mark_all();
    store::add_waiting(main_, clock_.now());
}

bool LeafKeys::record_root(Transaction& /*transaction*/) {
    const auto digest = keystore_.root_digest();
    const auto known = store::get_root_digest(main_);
    if (known == digest) return false;
    store::set_root_digest(main_, digest);
    return known.has_value();
}

bool LeafKeys::has_waiting() {
    return keystore_.turning() || store::waiting(main_).keys > 0;
}

LeafKeys::TreeStatus LeafKeys::status() {
    const auto waiting = store::waiting(main_);
    return {store::get_epoch(main_), store::count_leaves(main_), waiting.keys, waiting.since};
}

// --- opening ---

bool LeafKeys::planted() {
    return store::has_tree(main_);
}

void LeafKeys::settle() {
    if (!planted()) return;
    if (keystore_.turning()) {
        // What recovery found may not be durable yet: a root must not be destroyed before it is.
        Transaction transaction(main_);
        store::set_epoch(main_, store::get_epoch(main_));
        transaction.commit();
    }
    keystore_.settle_turn(store::get_epoch(main_));
}

void LeafKeys::adopt(Transaction& /*transaction*/) {
    if (planted()) return;
    if (keystore_.newest_version(KeyPurpose::tree_root) == 0) {
        keystore_.change([](KeySet& keys) {
            keys.put(KeyPurpose::tree_root, 1, crypto::random_secret(KeyTree::key_size));
        });
    }
    store::plant(main_, keystore_.newest_version(KeyPurpose::tree_root));
    tree_.plant();
    if (const auto version = keystore_.newest_version(KeyPurpose::leaf_wrapping)) {
        const auto& wrapping = keystore_.key(KeyPurpose::leaf_wrapping, version);
        while (const auto row = store::next_wrapped(main_)) {
            const auto key = crypto::open_record(wrapping, row_context(*row), row->wrapped);
            store::insert_leaf(main_, row->leaf, row->kind, tree_.insert(key));
            store::remove_wrapped(main_, row->leaf);
        }
    }
    store::drop_wrapped(main_);
}

}  // namespace myqsec::storage
