// Switching the databases' encryption on and off, and auditing when a conversion has finished.
#pragma once

#include <string_view>
#include <vector>

#include "audit/audit_log.hpp"
#include "audit/event/authorised.hpp"
#include "instance/domain.hpp"
#include "storage/vault.hpp"

namespace myqsec::instance {

struct EncryptionRow {
    storage::DatabaseRole database;
    storage::ConversionStatus status;
};

/// Thread-safe.
class DatabaseEncryption final : public Domain {
 public:
    DatabaseEncryption(storage::Vault& vault, audit::AuditLog& audit) : vault_(vault), audit_(audit) {}

    /// Proof of "key.manage". tick() converts the database. Setting what holds already is no event.
    void set(const Authorised& proof, storage::DatabaseRole database, bool on);
    /// Gives the database a fresh key; tick() rewrites its pages. ERR_NOT_POSSIBLE while that is under way.
    /// Proof of "key.manage".
    void rotate_key(const Authorised& proof, storage::DatabaseRole database);
    /// The same for both, unless it is under way, after a restoration: by the system.
    void renew_keys();
    /// Proof of "key.manage".
    [[nodiscard]] std::vector<EncryptionRow> list(const Authorised& proof);

    /// Converts some pages.
    Instant tick(const access::Principal& principal) override;

 private:
    void rotate(storage::DatabaseRole database, const audit::Actor& actor);

    storage::Vault& vault_;
    audit::AuditLog& audit_;
};

/// Throws ERR_NOT_FOUND.
[[nodiscard]] storage::DatabaseRole database_named(std::string_view name);

}  // namespace myqsec::instance
