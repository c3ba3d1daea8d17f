// The values of all settings. Reading is a memory access; changing takes proof of authorisation and is
// audited.
#pragma once

#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "audit/audit_log.hpp"
#include "audit/event/authorised.hpp"
#include "base/ranked_mutex.hpp"
#include "crypto/password.hpp"
#include "settings/registry.hpp"
#include "storage/sqlite/schema.hpp"
#include "storage/vault.hpp"

namespace myqsec::settings {

[[nodiscard]] storage::Schema schema();

struct SettingRow {
    const Definition* definition;
    std::string value;
    std::optional<Instant> changed;  ///< none while it has never been set
};

/// Thread-safe. Values of names this version does not know stay in the database untouched.
class Settings {
 public:
    Settings(storage::Vault& vault, audit::AuditLog& audit);

    [[nodiscard]] std::int64_t integer(Setting setting) const;  ///< also: bytes of a size
    [[nodiscard]] bool boolean(Setting setting) const;
    [[nodiscard]] Duration duration(Setting setting) const;
    [[nodiscard]] double probability(Setting setting) const;
    [[nodiscard]] std::string text(Setting setting) const;  ///< a text, or the word of a choice
    /// The value as a person writes it.
    [[nodiscard]] std::string value_text(Setting setting) const;

    /// Proof of "settings.change." and the setting's area. No value sets the default. Throws ERR_NOT_FOUND
    /// for an unknown name, ERR_INVALID_ARGUMENT, with the range, for a bad value. Not inside a transaction.
    void set(const Authorised& proof, std::string_view name, std::optional<std::string_view> value);

    /// For an instance that is being made, where nobody is there yet to ask: what passwords cost is as of the
    /// root. Audited as the host's.
    void begin_with(const crypto::Argon2Parameters& costs);

    [[nodiscard]] std::vector<SettingRow> list() const;
    /// Throws ERR_NOT_FOUND.
    [[nodiscard]] SettingRow get(std::string_view name) const;

 private:
    struct Current {
        Value value;
        std::optional<Instant> changed;
    };
    [[nodiscard]] Current current(Setting setting) const;
    void change(const audit::Actor& actor, const Definition& which, std::string_view value);
    [[nodiscard]] SettingRow row(Setting setting) const;

    storage::Vault& vault_;
    audit::AuditLog& audit_;
    mutable RankedMutex<std::shared_mutex> mutex_{LockRank::innermost};
    std::vector<Current> values_;
};

}  // namespace myqsec::settings
