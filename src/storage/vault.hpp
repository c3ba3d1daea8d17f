// The vault: an opened instance folder. Lock, keystore, main and log database, leaf keys, blobs.
//
//   keystore   two slots, sealed under the root key; its presence makes a folder an instance
//   lock       flock: one process at a time
//   main.db    users, settings, queues, jobs, keys, outbox      (+ -wal)
//   log.db     the audit log                                    (+ -wal)
//   jobs/      sealed documents
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/folder.hpp"
#include "storage/blob_store.hpp"
#include "storage/database.hpp"
#include "storage/keystore.hpp"
#include "storage/leaf_keys.hpp"

namespace myqsec::storage {

struct VaultOptions {
    int cache_kib = 2000;  ///< SQLite page cache of the main database; the log uses a quarter
};

class Vault {
 public:
    /// Makes an instance in an empty folder, or finishes one that a crash left without keystore. ERR_EXISTS
    /// if there is one; ERR_EXISTS too if the folder holds anything foreign.
    static void create(Folder& folder, crypto::RootProvider& root);
    /// ERR_NOT_FOUND, ERR_IN_USE, ERR_WRONG_KEY, ERR_CORRUPT, ERR_TAMPERED, ERR_NEWER_VERSION: nothing
    /// changed.
    Vault(std::unique_ptr<Folder> folder, crypto::RootProvider& root, const Clock& clock,
          const VaultOptions& options = {});
    Vault(const Vault&) = delete;
    Vault& operator=(const Vault&) = delete;
    ~Vault();

    /// Brings the tables of both databases up to date, those of the leaf keys among them; all or nothing.
    /// ERR_NEWER_VERSION, nothing changed.
    void migrate(std::span<const Schema> main, std::span<const Schema> log);

    [[nodiscard]] Database& main();
    [[nodiscard]] Database& log();
    [[nodiscard]] Keystore& keystore();
    [[nodiscard]] const Keystore& keystore() const;
    [[nodiscard]] LeafKeys& leaf_keys();
    [[nodiscard]] BlobStore& jobs();
    [[nodiscard]] const Clock& clock() const;
    /// What open found, one sentence each: repaired keystore slot, damaged tail … The engine audits them.
    struct Finding {
        std::string code;  ///< "keystore-repaired", "main-damaged-tail", "log-damaged-tail"
        std::string sentence;
    };
    [[nodiscard]] const std::vector<Finding>& findings() const;

 private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace myqsec::storage
