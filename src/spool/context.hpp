// What every operation of the spool stands on; all of it outlives the spool.
#pragma once

#include <memory>
#include <shared_mutex>
#include <string_view>

#include "access/access.hpp"
#include "audit/audit_log.hpp"
#include "base/ranked_mutex.hpp"
#include "settings/settings.hpp"
#include "storage/vault.hpp"

namespace myqsec::spool {

/// The blob store of the jobs' documents.
inline constexpr std::string_view documents_folder = "jobs";

struct Context {
    storage::Vault& vault;
    audit::AuditLog& audit;
    const settings::Settings& settings;
    access::Access& access;
    /// Shared while a document's header is read, alone while one is rewritten: a reader in between would take
    /// a half-written copy for damage.
    std::shared_ptr<RankedMutex<std::shared_mutex>> headers =
        std::make_shared<RankedMutex<std::shared_mutex>>(LockRank::document_headers);

    [[nodiscard]] storage::Database& main() const { return vault.main(); }
    [[nodiscard]] storage::BlobStore& documents() const { return vault.blobs(documents_folder); }
    [[nodiscard]] Instant now() const { return vault.clock().now(); }
    /// Marks activity; throws ERR_SESSION_ENDED. The system principal has no session that could end.
    void touch(const access::Principal& principal) const {
        if (principal.kind != access::PrincipalKind::system) access.sessions.touch(principal);
    }
};

}  // namespace myqsec::spool
