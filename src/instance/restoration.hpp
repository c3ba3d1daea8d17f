// The first opening after a restoration.
#pragma once

#include "instance/database_encryption.hpp"
#include "instance/domain.hpp"

namespace myqsec::instance {

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
