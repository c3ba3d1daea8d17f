// The vault: an opened instance folder. Lock, keystore, main and log database, keys in the tree, blob stores.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/folder.hpp"
#include "storage/blob_store.hpp"
#include "storage/keys/keystore.hpp"
#include "storage/keys/leaf_keys.hpp"
#include "storage/keys/lookup_keys.hpp"
#include "storage/space_reserve.hpp"
#include "storage/sqlite/database.hpp"

namespace myqsec::storage {

struct VaultOptions {
    int cache_kib = 2000;  ///< SQLite page cache of the main database; the log uses a quarter
    CounterOptions main_counter{};
    CounterOptions log_counter{};
    BlobFolders blob_folders{};
    /// Parts that are of different times are a finding, and no ERR_TAMPERED.
    bool accept_earlier_parts = false;
    /// Until finish_creation(), it is still one that Vault::create makes anew.
    bool creation_goes_on = false;
};

enum class DatabaseRole : std::uint8_t { main = 1, log = 2 };
inline constexpr std::array database_roles = {DatabaseRole::main, DatabaseRole::log};
[[nodiscard]] std::string_view database_role_name(DatabaseRole role) noexcept;  ///< "main", "log"

/// How a database is sealed, and how it is to be.
struct ConversionStatus {
    DatabaseForm form;
    bool requested_encrypted = true;
    std::uint32_t newest_key_version = 1;

    [[nodiscard]] bool settled() const {
        return !form.converting && form.encrypted == requested_encrypted &&
               form.key_version == newest_key_version;
    }
};

struct Restoration {
    Instant of;            ///< the moment that the backup shows
    bool audited = false;  ///< by an opening without outside counters
    std::uint64_t number;  ///< tells it from others
};

class Vault {
 public:
    /// Makes an instance in an empty folder, or anew where a creation was cut off. ERR_EXISTS, nothing
    /// removed, if there is one that was opened, or if the folder holds anything that no unfinished creation
    /// left.
    static void create(Folder& folder, crypto::RootProvider& root, BlobFolders blobs = {});
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
    [[nodiscard]] LookupKeys& lookup_keys();
    /// That of one of the options' folders.
    [[nodiscard]] BlobStore& blobs(std::string_view folder);
    [[nodiscard]] std::span<const std::unique_ptr<BlobStore>> blob_stores() const;
    /// That this instance was restored, until settle_restoration() has forgotten it.
    [[nodiscard]] std::optional<Restoration> restoration() const;
    /// After the restoration was audited and both databases were written to. With outside counters, which
    /// follow the databases by now, it is forgotten; without, an opening with counters must still learn of
    /// it.
    void settle_restoration();
    [[nodiscard]] bool has_outside_counters() const;  ///< of both databases
    [[nodiscard]] Folder& folder();                   ///< the instance's own, for copies of its files
    [[nodiscard]] const Clock& clock() const;
    // Conversions of a database, between encrypted and readable or to a new key. They go on in
    // tick_conversions(), while the database is in use, and survive closing and crashes.
    [[nodiscard]] Database& database(DatabaseRole role);
    /// Returns what was requested before. Nothing is converted before the transaction has committed.
    bool request_encryption(Transaction& transaction, DatabaseRole role, bool encrypted);
    /// A fresh key of the next version, which it returns, durable in the keystore. ERR_NOT_POSSIBLE while the
    /// one before is not in force yet.
    std::uint32_t rotate_database_key(DatabaseRole role);
    /// Rewrites at most that many pages of each database; false if nothing is left to do. A key that no page
    /// has any more leaves the keystore.
    bool tick_conversions(std::uint32_t pages);
    /// Moves what the logs of both databases hold into their files, once it is worth it.
    void checkpoint_if_due();
    [[nodiscard]] ConversionStatus conversion(DatabaseRole role);
    /// Whether a conversion has finished and is not audited yet.
    [[nodiscard]] bool has_finished_conversion(DatabaseRole role);
    /// The form that it reached, once: marks it as audited, with the caller's event of it.
    [[nodiscard]] std::optional<DatabaseForm> take_finished_conversion(Transaction& transaction,
                                                                       DatabaseRole role);

    /// What open found, one sentence each: repaired keystore slot, damaged tail … The engine audits them.
    struct Finding {
        std::string code;  ///< "keystore-repaired", "main-damaged-tail", "log-damaged-tail"
        std::string sentence;
    };
    [[nodiscard]] const std::vector<Finding>& findings() const;
    /// Parts of this instance are of different times, as no crash leaves them: ERR_TAMPERED, unless the
    /// options accept that.
    void require_accepted(std::vector<Finding> contradictions);
    /// Such were accepted in this opening.
    [[nodiscard]] bool has_accepted_parts() const;
    /// What a full disk leaves to deletion.
    [[nodiscard]] SpaceReserve& reserve();
    /// Before a document takes room. Throws ERR_NO_SPACE.
    void require_room(BlobStore& store, std::uint64_t least);
    /// In a forked child, which shares the lock's open files: leaves it to the parent alone.
    void disown_lock();
    /// Counts this opening in all parts, once they were compared and before they are written to. The first
    /// one finishes the creation, unless that goes on.
    void begin_opening();
    /// From now on nothing replaces it.
    void finish_creation();
    /// Lets the main database know what the keystore is, if that was changed and nothing was committed since:
    /// from then on no earlier one opens beside it.
    void note_keystore();
    /// Before it closes, and after all else was written: lets the next opening see whether all parts are of
    /// this time.
    void end_opening();
    /// Compares some more of both databases' pages with what their logs say. True when nothing is left.
    /// Throws ERR_CORRUPT, ERR_IO once for pages that are damaged.
    bool compare_pages();
    /// What was found since, once: "main-page-replaced", "log-page-replaced".
    [[nodiscard]] std::vector<Finding> take_alarms();

 private:
    bool convert(DatabaseRole role, std::uint32_t pages);

    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace myqsec::storage
