// Events of the host in the audit log: what it did and saw that the library can't know of, such as a
// certificate that it renewed, a directory that didn't answer, a protocol's refusal.
#pragma once

#include <string_view>
#include <vector>

#include "access/access.hpp"
#include "audit/audit_log.hpp"
#include "storage/vault.hpp"

namespace myqsec::host {

struct HostEventField {
    std::string_view name;  ///< as of an event, and not "event"
    std::string_view old_value;
    std::string_view new_value;
};

struct HostEvent {
    std::string_view name;  ///< such as "ldap.sync-failed"; 1 to 64 of a-z, 0-9, '-', '.', '_'
    audit::Object object{};
    audit::Result result = audit::Result::ok;
    std::vector<HostEventField> fields{};
    UserId person{};             ///< whom `details` are about; 0: nobody
    std::string_view details{};  ///< sealed under that person's key, and gone with it
};

inline constexpr std::size_t most_event_fields = 16;
inline constexpr std::size_t longest_event_value = 1023;

/// Thread-safe.
class HostEvents {
 public:
    HostEvents(storage::Vault& vault, audit::AuditLog& audit, access::Access& access)
        : vault_(vault), audit_(audit), access_(access) {}

    /// host.event.record. As one action, host.event, that no event of the library has; its first change is
    /// "event", with the name behind "host.". Values are cleaned, in NFC, and cut to 1,023 bytes. Durable
    /// when it returns. Throws ERR_INVALID_ARGUMENT (names; a field twice; details without person), ERR_LIMIT
    /// (more than 16 fields), ERR_NOT_FOUND (person).
    void record(const access::Principal& principal, const HostEvent& event);

 private:
    storage::Vault& vault_;
    audit::AuditLog& audit_;
    access::Access& access_;
};

}  // namespace myqsec::host
