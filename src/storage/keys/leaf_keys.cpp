#include "storage/keys/leaf_keys.hpp"

#include "base/error.hpp"
#include "crypto/random.hpp"
#include "storage/keys/key_tree_store.hpp"

namespace myqsec::storage {

namespace {

/// Random, not counted: an id never names another key later, and tells nothing about how many there were.
LeafId fresh_id() {
    const auto bytes = crypto::random_array<8>();
    return LeafId(static_cast<std::int64_t>(load_be<std::uint64_t>(bytes.data()) >> 1) | 1);
}

}  // namespace

LeafId LeafKeys::create(Transaction& transaction, LeafKind kind) {
    return store(transaction, kind, crypto::random_secret(KeyTree::key_size));
}

std::vector<LeafKeys::FreshKey> LeafKeys::create(Transaction& /*transaction*/, LeafKind kind,
                                                 std::size_t count) {
    std::vector<crypto::Secret> keys;
    for (std::size_t i = 0; i < count; ++i)
        keys.push_back(crypto::random_secret(KeyTree::key_size));
    const auto places = tree_.insert(keys);
    std::vector<FreshKey> fresh;
    for (std::size_t i = 0; i < count; ++i) {
        fresh.push_back({fresh_id(), std::move(keys[i])});
        store::insert_leaf(main_, fresh.back().leaf, kind, places[i]);
    }
    return fresh;
}

LeafId LeafKeys::store(Transaction& /*transaction*/, LeafKind kind, const crypto::Secret& key) {
    const LeafId leaf = fresh_id();
    store::insert_leaf(main_, leaf, kind, tree_.insert(key));
    return leaf;
}

crypto::Secret LeafKeys::Reading::get(LeafId leaf) {
    const auto place = store::find_leaf(main_, leaf);
    if (!place) fail(Status::ERR_NOT_FOUND, "the key was destroyed: what it sealed cannot be read any more");
    return tree_.get(*place);
}

bool LeafKeys::exists(LeafId leaf) {
    return store::find_leaf(main_, leaf).has_value();
}

void LeafKeys::destroy(Transaction& transaction, LeafId leaf) {
    destroy(transaction, std::span(&leaf, 1));
}

void LeafKeys::destroy(Transaction& /*transaction*/, std::span<const LeafId> leaves) {
    std::vector<KeyPlace> places;
    for (const auto leaf : leaves) {
        const auto place = store::find_leaf(main_, leaf);
        if (!place) continue;
        store::remove_leaf(main_, leaf);
        places.push_back(*place);
    }
    if (places.empty()) return;
    store::add_waiting(main_, clock_.now(), static_cast<std::int64_t>(places.size()));
    tree_.remove(std::move(places));
}

// --- turning ---

void LeafKeys::commit_erased(Transaction& transaction, const std::function<void()>& then) {
    if (!transaction.outermost())
        fail(Status::ERR_INTERNAL, "an erasure can't be completed inside another transaction");
    transaction.commit_unsynced();
    try {
        shared_.join([this] { run_turn(); });
    } catch (const std::exception& failure) {
        main_.wait_durable();  // else it may or may not have been done
        if (then) then();
        fail(Status::ERR_INCOMPLETE,
             "it is done, but older copies of the files may still open what it erased, because {}; the next "
             "tick tries again",
             sentence_of(failure));
    }
    if (then) then();
}

void LeafKeys::turn() {
    if (has_waiting()) shared_.join([this] { run_turn(); });
}

// What is destroyed hangs, in every older copy of the database, on the root of its epoch. So: one commit
// moves the tree under the prepared root, and only when that is durable, the root of before is overwritten.
void LeafKeys::run_turn() {
    auto epoch = store::get_epoch(main_);  // nobody else changes it: turns come one after the other
    auto next = keystore_.take_prepared(epoch);
    if (!next) {
        // An earlier turn failed at its commit, or after it, or was of an earlier process: a log may hold
        // records under that root.
        confirm_epoch();
        keystore_.prepare(epoch);
        next = keystore_.take_prepared(epoch);
    }
    try {
        Transaction transaction(main_);
        shared_.begin();  // whoever comes later may commit later
        tree_.turn(*next);
        store::set_epoch(main_, ++epoch);
        transaction.commit_unsynced();
    } catch (...) {
        tree_.forget();
        throw;
    }
    main_.wait_durable();
    main_.retire_snapshots();  // those of before need the root of before
    keystore_.prepare(epoch);
}

/// Makes the epoch durable that the database names, and certain that a failed commit of another can't return.
void LeafKeys::confirm_epoch() {
    Transaction transaction(main_);
    store::set_epoch(main_, store::get_epoch(main_));
    transaction.commit_unsynced();
    main_.wait_durable();
}

Instant LeafKeys::turn_if_due(Duration delay) {
    if (!has_waiting()) return Instant::max();
    const auto waiting = store::waiting(main_);
    const auto now = clock_.now();
    const auto since = waiting.since.value_or(now);
    // A clock that was set back must not put it off; nor waits what an unfinished turn left.
    const bool due = waiting.keys == 0 || waiting.keys >= most_waiting || now >= since + delay || now < since;
    if (!due) return since + delay;
    turn();
    return Instant::max();
}

void LeafKeys::mark_all(Transaction& /*transaction*/) {
    tree_.mark_all();
    store::add_waiting(main_, clock_.now(), 1);
}

bool LeafKeys::record_root(Transaction& /*transaction*/) {
    const auto digest = keystore_.root_digest();
    const auto known = store::get_root_digest(main_);
    if (known == digest) return false;
    store::set_root_digest(main_, digest);
    return known.has_value();
}

bool LeafKeys::has_waiting() {
    const auto lock = main_.lock();  // the keystore follows the database, so it is asked first
    return keystore_.epoch() != store::get_epoch(main_) || store::waiting(main_).keys > 0;
}

LeafKeys::TreeStatus LeafKeys::status() {
    const auto waiting = store::waiting(main_);
    return {store::get_epoch(main_), store::count_leaves(main_), waiting.keys, waiting.since};
}

// --- opening ---

void LeafKeys::settle() {
    if (!store::has_tree(main_)) return keystore_.settle(keystore_.epoch());
    const auto epoch = store::get_epoch(main_);
    if (keystore_.root(epoch)) tree_.check_root();  // before anything there is overwritten
    // What recovery found may not be durable yet: a root must not be destroyed before it is.
    if (epoch != keystore_.epoch()) confirm_epoch();
    keystore_.settle(epoch);
}

void LeafKeys::plant(Transaction& /*transaction*/) {
    if (store::has_tree(main_)) return;
    store::plant(main_, keystore_.epoch());
    tree_.plant();
}

}  // namespace myqsec::storage
