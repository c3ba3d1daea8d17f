// What every operation of the spool stands on; all of it outlives the spool.
#pragma once

#include <string_view>

#include "access/access.hpp"
#include "audit/audit_log.hpp"
#include "settings/settings.hpp"
#include "spool/records/trusted_time.hpp"
#include "storage/vault.hpp"

namespace myqsec::spool {

/// The blob store of the jobs' documents.
inline constexpr std::string_view documents_folder = "jobs";

struct Context {
    storage::Vault& vault;
    audit::AuditLog& audit;
    const settings::Settings& settings;
    access::Access& access;
    ClockWatch& watch;

    [[nodiscard]] storage::Database& main() const { return vault.main(); }
    [[nodiscard]] storage::BlobStore& documents() const { return vault.blobs(documents_folder); }
    [[nodiscard]] Instant now() const { return vault.clock().now(); }
    /// Marks activity; throws ERR_SESSION_ENDED. The system principal has no session that could end.
    void touch(const access::Principal& principal) const {
        if (principal.kind != access::PrincipalKind::system) access.sessions.touch(principal);
    }
};

}  // namespace myqsec::spool
