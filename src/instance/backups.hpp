// Backups of the instance, and the keys that open them: who may make them, and the events that say who did;
// and the first opening of an instance that was restored from one.
#pragma once

#include <span>
#include <vector>

#include "audit/audit_log.hpp"
#include "audit/event/authorised.hpp"
#include "instance/database_encryption.hpp"
#include "instance/domain.hpp"
#include "settings/settings.hpp"
#include "spool/jobs.hpp"
#include "storage/backup.hpp"

namespace myqsec::instance {

/// Thread-safe.
class Backups final : public Domain {
 public:
    Backups(storage::Vault& vault, audit::AuditLog& audit, const settings::Settings& settings,
            const spool::Jobs& jobs)
        : vault_(vault), audit_(audit), settings_(settings), jobs_(jobs) {}

    /// Into an empty folder. It can be restored for `retention`, or up to an eighth of it less; 0 is the
    /// setting backup.retention. Shares documents with an `earlier` one, if any. Proof of "key.manage".
    storage::BackupInfo create(const Authorised& proof, Folder& to, Duration retention,
                               const storage::BackupProgress& progress, Folder* earlier);
    /// Proof of "key.manage".
    [[nodiscard]] std::vector<storage::BackupKeyRow> keys(const Authorised& proof) const;
    /// Audited before it is given out. 0 is the newest. ERR_NOT_FOUND. Proof of "key.manage".
    [[nodiscard]] storage::BackupKey export_key(const Authorised& proof, std::uint32_t version);

    /// Destroys the keys that have expired.
    Instant tick(const access::Principal& principal) override;

 private:
    /// What a backup leaves on the instance's own disk: room without which no document is accepted, and to
    /// take the reserve again.
    [[nodiscard]] std::uint64_t spare() const;
    void destroy(std::span<const storage::BackupKeyRow> expired);
    void append(audit::Action action, const audit::Actor& actor, audit::Result result,
                std::vector<audit::Change> changes);

    storage::Vault& vault_;
    audit::AuditLog& audit_;
    const settings::Settings& settings_;
    const spool::Jobs& jobs_;
};

/// Whoever has the backup and its key has every key of that moment: so all that seal what comes now are fresh
/// ones, each node of the key tree, the databases' and the one that signs the audit log. Audits the
/// restoration.
class Restoration final : public Domain {
 public:
    Restoration(storage::Vault& vault, audit::AuditLog& audit, DatabaseEncryption& encryption)
        : vault_(vault), audit_(audit), encryption_(encryption) {}
    Findings recover() override;

 private:
    void renew_key_tree(const storage::Restoration& restoration);

    storage::Vault& vault_;
    audit::AuditLog& audit_;
    DatabaseEncryption& encryption_;
};

}  // namespace myqsec::instance
