// Settings of the host: texts under names that are the host's own, kept with the instance and its backups.
#pragma once

#include <optional>
#include <string_view>

#include "access/access.hpp"
#include "audit/audit_log.hpp"
#include "base/page.hpp"
#include "host/host_store.hpp"
#include "storage/vault.hpp"

namespace myqsec::host {

inline constexpr std::size_t longest_host_setting = 4000;
inline constexpr std::int64_t most_host_settings = 10'000;

/// Thread-safe. Values stand in the audit log as they are: what is secret belongs in HostSecrets.
class HostSettings {
 public:
    HostSettings(storage::Vault& vault, audit::AuditLog& audit, access::Authority& authority)
        : vault_(vault), audit_(audit), authority_(authority) {}

    /// host.setting.change. No value removes it. Throws ERR_INVALID_ARGUMENT (name; at most 4,000 bytes of
    /// text without controls but line feeds and tabs), ERR_NOT_FOUND (to be removed), ERR_LIMIT. Audits
    /// host.setting-changed, old and new value, unless it is as it was.
    void set(const access::Principal& principal, std::string_view name,
             std::optional<std::string_view> value);
    /// host.setting.read or host.setting.change. Throws ERR_NOT_FOUND.
    [[nodiscard]] store::SettingRecord get(const access::Principal& principal, std::string_view name);
    /// Likewise. By id.
    [[nodiscard]] Paged<store::SettingRecord> list(const access::Principal& principal, const Page& page = {});

 private:
    void authorise_reading(const access::Principal& principal);

    storage::Vault& vault_;
    audit::AuditLog& audit_;
    access::Authority& authority_;
};

}  // namespace myqsec::host
