// Keys of jobs and persons, and those by which people are looked up: independent random keys, behind one
// small interface. Destroying a key makes all it ever sealed unreadable: at once for this library, and after
// the next turn of the key tree for whoever holds older copies of the files.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "crypto/secret.hpp"
#include "storage/keys/key_tree.hpp"
#include "storage/keys/keystore.hpp"
#include "storage/keys/shared_turn.hpp"
#include "storage/sqlite/database.hpp"
#include "storage/sqlite/schema.hpp"

namespace myqsec::storage {

enum class LeafKind : std::uint8_t { job = 1, person = 2, lookup = 3, host_secret = 4 };

/// Leaves of the key tree in the main database. All calls join the caller's transaction.
class LeafKeys {
 public:
    /// So many destroyed keys are not made to wait for more.
    static constexpr std::int64_t most_waiting = 1000;

    LeafKeys(Database& main, Keystore& keystore, const Clock& clock)
        : main_(main), keystore_(keystore), clock_(clock), tree_(main, keystore) {}

    /// Stores a fresh random key of 32 bytes; durable with the caller's transaction.
    LeafId create(Transaction& transaction, LeafKind kind);
    struct FreshKey {
        LeafId leaf;
        crypto::Secret key;
    };
    /// So many of them, at less cost each, with what they are.
    std::vector<FreshKey> create(Transaction& transaction, LeafKind kind, std::size_t count);
    /// Stores a key made earlier (a job's key is in use before its row exists).
    LeafId store(Transaction& transaction, LeafKind kind, const crypto::Secret& key);
    /// Keys of one state, for whoever needs many. Whatever else is read meanwhile is of the same state, and
    /// nothing can be changed.
    class Reading {
     public:
        explicit Reading(LeafKeys& keys) : main_(keys.main_), one_state_(keys.main_), tree_(keys.tree_) {}
        /// Throws ERR_NOT_FOUND if it was destroyed.
        [[nodiscard]] crypto::Secret get(LeafId leaf);

     private:
        Database& main_;
        Snapshot one_state_;  ///< a turn in between would seal a key's path under other keys
        KeyTree::Reading tree_;
    };
    [[nodiscard]] crypto::Secret get(LeafId leaf) { return Reading(*this).get(leaf); }
    [[nodiscard]] bool exists(LeafId leaf);
    /// Idempotent.
    void destroy(Transaction& transaction, LeafId leaf);
    /// The same at less cost for many: each node of the tree is sealed once.
    void destroy(Transaction& transaction, std::span<const LeafId> leaves);

    /// Commits, and returns only when what was destroyed up to here is beyond recovery from any copy of the
    /// files. If that part fails after the commit, it throws ERR_INCOMPLETE; the next turn makes up for it.
    /// Either way `then` is called once, when the commit is durable. Callers that come together share a turn.
    /// Not with a lock of the main database held, which the turn takes.
    void commit_erased(Transaction& transaction, const std::function<void()>& then = {});
    /// The same for what waits. No effect if nothing does.
    void turn();
    /// Turns if keys have waited for `delay`, or too many wait; returns when the next turn is due.
    Instant turn_if_due(Duration delay);
    /// Lets the next turn give every node of the tree a fresh key.
    void mark_all(Transaction& transaction);
    /// Notes which root secret seals the keystore; true if it is another than the one noted.
    [[nodiscard]] bool record_root(Transaction& transaction);

    struct TreeStatus {
        std::uint32_t epoch = 0;
        std::int64_t keys = 0;     ///< of jobs and persons
        std::int64_t waiting = 0;  ///< destroyed since the last turn
        std::optional<Instant> waiting_since;
    };
    [[nodiscard]] TreeStatus status();
    /// Whether something destroyed has not had its turn yet, or a turn is unfinished.
    [[nodiscard]] bool has_waiting();

    /// Finishes a turn that was cut off. Before anything else uses the tree or changes the keystore.
    void settle();
    /// Plants the tree in a new database. Joins the transaction of the migration.
    void plant(Transaction& transaction);

 private:
    void run_turn();
    void confirm_epoch();

    Database& main_;
    Keystore& keystore_;
    const Clock& clock_;
    KeyTree tree_;
    SharedTurn shared_;
};

/// The tables of leaf keys, for migrate() on the main database.
[[nodiscard]] const Schema& leaf_key_schema();

}  // namespace myqsec::storage
