// Secrets of the host: keys of TLS certificates, passwords of directories. Each is sealed under a random key
// of its own, a leaf of the key tree: what replaces or removes one destroys the key, and once the tree has
// turned, older copies of the files lead to nothing.
#pragma once

#include <string>
#include <string_view>

#include "access/access.hpp"
#include "audit/audit_log.hpp"
#include "base/page.hpp"
#include "crypto/secret.hpp"
#include "host/host_store.hpp"
#include "storage/vault.hpp"

namespace myqsec::host {

inline constexpr std::size_t longest_secret = 65536;
inline constexpr std::int64_t most_secrets = 1000;

/// Thread-safe. Their values are in no list, event, export or message.
class HostSecrets {
 public:
    HostSecrets(storage::Vault& vault, audit::AuditLog& audit, access::Authority& authority)
        : vault_(vault), audit_(audit), authority_(authority) {}

    /// host.secret.change. Durable when it returns. Throws ERR_INVALID_ARGUMENT (name; 1 to 65,536 bytes),
    /// ERR_LIMIT. Audits host.secret-changed, by name.
    void set(const access::Principal& principal, std::string_view name, ByteView value);
    /// host.secret.change. Throws ERR_NOT_FOUND. Audits host.secret-changed.
    void remove(const access::Principal& principal, std::string_view name);
    /// host.secret.read. Throws ERR_NOT_FOUND. Audits host.secret-read, before the value is returned.
    [[nodiscard]] crypto::Secret get(const access::Principal& principal, std::string_view name);
    /// host.secret.read or host.secret.change. Names and when they were changed, by id.
    [[nodiscard]] Paged<store::SecretRecord> list(const access::Principal& principal, const Page& page = {});

 private:
    storage::Vault& vault_;
    audit::AuditLog& audit_;
    access::Authority& authority_;
};

}  // namespace myqsec::host
