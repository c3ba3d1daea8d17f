// Keys of jobs and persons: independent random keys, one each, behind one small interface. Destroying a key
// makes all it ever sealed unreadable.
#pragma once

#include "base/id.hpp"
#include "crypto/secret.hpp"
#include "storage/database.hpp"
#include "storage/schema.hpp"

namespace myqsec::storage {

enum class LeafKind : std::uint8_t { job = 1, person = 2 };

/// Rows of the main database, wrapped by a keystore key. All calls join the caller's transaction.
class LeafKeys {
 public:
    LeafKeys(Database& main, const crypto::Secret& wrapping_key);

    /// Stores a fresh random key of 32 bytes; durable with the caller's transaction.
    LeafId create(Transaction& transaction, LeafKind kind);
    /// Stores a key made earlier (a job's key is in use before its row exists).
    LeafId store(Transaction& transaction, LeafKind kind, const crypto::Secret& key);
    /// Throws ERR_NOT_FOUND if it was destroyed.
    [[nodiscard]] crypto::Secret get(LeafId leaf);
    [[nodiscard]] bool exists(LeafId leaf);
    /// Idempotent.
    void destroy(Transaction& transaction, LeafId leaf);

 private:
    Database& main_;
    crypto::Secret wrapping_key_;
};

/// The table of leaf keys, for migrate() on the main database.
[[nodiscard]] const Schema& leaf_key_schema();

}  // namespace myqsec::storage
