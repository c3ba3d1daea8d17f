// Everything that one opened instance consists of: its vault and its domains.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "base/ranked_mutex.hpp"
#include "instance/backups.hpp"
#include "instance/database_encryption.hpp"
#include "instance/domains.hpp"
#include "instance/upkeep.hpp"

namespace myqsec::instance {

enum class Birth : std::uint8_t { created, opened };

/// Thread-safe.
struct Instance {
    /// Brings the schema up to date, all or nothing. `options.blob_folders` are the domains'.
    Instance(std::unique_ptr<Folder> folder, crypto::RootProvider& root, const Clock& clock,
             const storage::VaultOptions& options = {});
    Instance(const Instance&) = delete;
    Instance& operator=(const Instance&) = delete;
    ~Instance() = default;

    /// Call once after opening, before anything else: each domain finishes or undoes what a crash left.
    /// Audits the opening and what was found.
    void recover(Birth birth);
    /// instance.tick. Everything that is due; returns when to come back: before anything is due, also of what
    /// begins meanwhile.
    Instant tick(const access::Principal& principal);
    /// What a host waits for at most: a setting or a device that is changed meanwhile is late by no more.
    static constexpr Duration longest_wait = std::chrono::minutes(1);
    struct Ticks {
        Instant last;         ///< or the opening
        bool failed = false;  ///< the last one
    };
    [[nodiscard]] Ticks ticks() const;
    /// Before it is closed: nobody will tick, so erasures that wait are completed. What fails is left to the
    /// next opening.
    void settle() noexcept;

 private:
    struct Migrated {
        explicit Migrated(storage::Vault& vault);
    };

 public:
    storage::Vault vault;
    Migrated migrated;  // between the vault and what reads its tables
#define MYQSEC_DOMAIN(name, Type, ...) Type name{__VA_ARGS__};
#include "instance/domains.def"
#undef MYQSEC_DOMAIN

    /// Of the opening, and of the ticks since that went on with what it began.
    [[nodiscard]] Findings findings() const;

 private:
    std::vector<Domain*> domains_;
    mutable RankedMutex<std::mutex> telling_{LockRank::innermost};
    Findings findings_;
    Ticks ticks_;
};

/// The folders of all domains' blob stores.
[[nodiscard]] storage::BlobFolders blob_folders();
/// The tables of all domains.
void migrate(storage::Vault& vault);

}  // namespace myqsec::instance
