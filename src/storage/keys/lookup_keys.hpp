// Keys of the hashes by which people are found: by their names, cards and PINs. They are leaves of the key
// tree, so that a rotation is one transaction of the main database, and once the tree has turned, older
// copies of the files lead to no destroyed one.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "crypto/secret.hpp"
#include "storage/keys/leaf_keys.hpp"
#include "storage/sqlite/database.hpp"
#include "storage/sqlite/schema.hpp"

namespace myqsec::storage {

enum class LookupKind : std::uint8_t {
    name = 1,        ///< of texts that are stored sealed as well: a rotation hashes all of them anew
    credential = 2,  ///< of what is known as a hash only, which can be hashed anew when it is presented
};

struct LookupKey {
    std::uint32_t version = 0;
    std::shared_ptr<const crypto::Secret> key;
};

/// All calls join the caller's transaction or snapshot: keys and what is found by them are of one state where
/// the caller has one.
class LookupKeys {
 public:
    LookupKeys(Database& main, LeafKeys& leaves) : main_(main), leaves_(leaves) {}

    /// All that there are, the newest first: only one, unless a rotation has left earlier ones.
    [[nodiscard]] std::vector<LookupKey> all(LookupKind kind);
    [[nodiscard]] LookupKey newest(LookupKind kind) { return all(kind).front(); }

    /// Adds a fresh one; that of before is retired.
    void rotate(Transaction& transaction, LookupKind kind, Instant now);
    /// In older copies it is there until the tree's next turn, in memory until forget().
    void destroy(Transaction& transaction, LookupKind kind, std::uint32_t version);
    /// Drops from memory what it keeps there: once a destruction is durable.
    void forget();

    struct Retired {
        std::uint32_t version = 0;
        Instant since;
    };
    [[nodiscard]] std::optional<Retired> oldest_retired(LookupKind kind);
    /// Nothing was retired after `now`: the clock has been set back since.
    void limit_retired(Transaction& transaction, Instant now);

    /// The first ones, in a new database. Joins the transaction of the migration.
    void plant(Transaction& transaction);

 private:
    [[nodiscard]] std::shared_ptr<const crypto::Secret> key_of(LeafId leaf);

    Database& main_;
    LeafKeys& leaves_;
    std::mutex mutex_;
    std::map<LeafId, std::shared_ptr<const crypto::Secret>> known_;  ///< ids are never used again
};

/// Their table, for migrate() on the main database.
[[nodiscard]] const Schema& lookup_key_schema();

}  // namespace myqsec::storage
