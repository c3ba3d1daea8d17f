// What every operation of the spool stands on; all of it outlives the spool.
#pragma once

#include "access/access.hpp"
#include "audit/audit_log.hpp"
#include "settings/settings.hpp"
#include "storage/vault.hpp"

namespace myqsec::spool {

struct Context {
    storage::Vault& vault;
    audit::AuditLog& audit;
    const settings::Settings& settings;
    access::Access& access;

    [[nodiscard]] storage::Database& main() const { return vault.main(); }
    [[nodiscard]] Instant now() const { return vault.clock().now(); }
};

}  // namespace myqsec::spool
