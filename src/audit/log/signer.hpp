// Signs the log's checkpoints with the key of the epoch in force, and ends epochs.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "audit/log/tree_store.hpp"
#include "audit/signing/checkpoint.hpp"
#include "audit/signing/control_events.hpp"
#include "storage/vault.hpp"

namespace myqsec::audit {

/// Every call is made inside a transaction of the log database, or under a lock that keeps others out of it.
class Signer {
 public:
    explicit Signer(storage::Vault& vault);

    /// Which log this is: the first line of its checkpoints, and the name of its keys.
    [[nodiscard]] const std::string& origin() const { return origin_; }

    /// Whether there is an epoch in force: logs of before have none until they are opened.
    [[nodiscard]] bool begun();
    /// The epoch in force; a log that has none begins its first.
    store::Epoch epoch();
    [[nodiscard]] NoteKey key_of(const store::Epoch& epoch) const { return {origin_, epoch.public_key}; }
    /// The key that the keystore holds for an epoch. Throws ERR_TAMPERED if it has none.
    [[nodiscard]] NoteKey held_key(std::uint32_t epoch);

    /// Signs the tree as it is, unless the newest checkpoint has its size already.
    void sign(const store::TreeState& tree);
    /// The last signature of the epoch in force, over the tree that ends with the event of its change; then
    /// the next one is in force.
    void close_epoch(const store::TreeState& tree, const KeyChange& change, Instant when);

    /// As it is handed out.
    [[nodiscard]] SignedCheckpoint checkpoint(const store::CheckpointRow& row) const;

 private:
    [[nodiscard]] crypto::SigningKey& signing_key(std::uint32_t epoch);
    void sign(const store::TreeState& tree, std::uint32_t epoch, const std::optional<NoteKey>& next);

    storage::Vault& vault_;
    std::string origin_;
    std::optional<std::pair<std::uint32_t, crypto::SigningKey>> cached_;  ///< never a retired one
};

}  // namespace myqsec::audit
