// What every operation of the spool stands on; all of it outlives the spool.
#pragma once

#include <memory>
#include <shared_mutex>

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
    /// Shared while a document's header is read, alone while one is rewritten: a reader in between would take
    /// a half-written copy for damage.
    std::shared_ptr<std::shared_mutex> headers = std::make_shared<std::shared_mutex>();

    [[nodiscard]] storage::Database& main() const { return vault.main(); }
    [[nodiscard]] Instant now() const { return vault.clock().now(); }
    /// Marks activity; throws ERR_SESSION_ENDED. The system principal has no session that could end.
    void touch(const access::Principal& principal) const {
        if (principal.kind != access::PrincipalKind::system) access.sessions.touch(principal);
    }
};

}  // namespace myqsec::spool
