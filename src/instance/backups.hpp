// Backups of the instance, and the keys that open them: who may make them, and the events that say who did.
#pragma once

#include <span>
#include <vector>

#include "audit/audit_log.hpp"
#include "instance/domain.hpp"
#include "settings/authorised.hpp"
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
    void destroy(std::span<const storage::BackupKeyRow> expired);
    void append(audit::Action action, const audit::Actor& actor, audit::Result result,
                std::vector<audit::Change> changes);

    storage::Vault& vault_;
    audit::AuditLog& audit_;
    const settings::Settings& settings_;
    const spool::Jobs& jobs_;
};

}  // namespace myqsec::instance
