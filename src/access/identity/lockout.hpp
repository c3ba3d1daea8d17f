// Lockout: failures are counted per account, device and source; too many within a window lock for a time that
// doubles.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "access/identity/names.hpp"
#include "audit/audit_log.hpp"
#include "settings/settings.hpp"
#include "storage/vault.hpp"

namespace myqsec::access {

enum class LockScope : std::uint8_t {
    account = 1,  ///< the account named, whether or not it exists
    device = 2,   ///< a wrong PIN names no account
    source = 3,
    site_pins = 4,  ///< PINs alone, all over the site: the guess budget that their length is computed from
};
[[nodiscard]] std::string_view lock_scope_name(LockScope scope);

/// What is counted. The hash is keyed: sources are addresses, names are personal.
struct LockKey {
    LockScope scope;
    crypto::Digest hash{};
};

class Lockout {
 public:
    Lockout(storage::Vault& vault, audit::AuditLog& audit, const settings::Settings& settings)
        : vault_(vault), audit_(audit), settings_(settings) {}

    [[nodiscard]] LockKey device_key(DeviceId device) const;
    [[nodiscard]] LockKey source_key(std::string_view source) const;
    static LockKey account_key(const LookupHash& name) { return {LockScope::account, name.hash}; }
    static LockKey site_pins_key() { return {LockScope::site_pins, {}}; }

    /// The end of the longest lock among `keys`, if one is in force.
    [[nodiscard]] std::optional<Instant> locked_until(std::span<const LockKey> keys);
    /// Throws ERR_LOCKED_OUT with the time left.
    [[noreturn]] void refuse(Instant until) const;

    /// Counts a failure under each key, and audits (user.locked) what is locked by it.
    void failed(storage::Transaction& transaction, std::span<const LockKey> keys, audit::Object object);
    /// Forgets an account's failures; devices and sources have to wait for the window's end, or one's own
    /// login would buy further guesses at others. True if it was locked.
    bool forgive(storage::Transaction& transaction, const LockKey& account);

 private:
    storage::Vault& vault_;
    audit::AuditLog& audit_;
    const settings::Settings& settings_;
};

}  // namespace myqsec::access
