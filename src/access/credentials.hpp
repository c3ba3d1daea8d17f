// Credentials: what a person knows or carries. Nothing here can be read back.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/identity/credential_policy.hpp"
#include "access/identity/user.hpp"
#include "access/rights/authority.hpp"
#include "base/page.hpp"
#include "crypto/secret.hpp"
#include "settings/settings.hpp"

namespace myqsec::access {

namespace store {
struct UserRecord;
struct PinRecord;
}  // namespace store

struct Card {
    CardId id;
    UserId user;
    std::string label;
    Instant created;
    std::optional<Instant> expires;
    std::optional<Instant> last_used;
};

/// Passwords and PINs: credential.manage and every right that the user has, or oneself, with the current
/// password (once there is one): ERR_AUTHENTICATION, ERR_LOCKED_OUT. Cards: credential.manage. Replacing or
/// taking one ends the user's sessions, but for the one that does it.
class Credentials {
 public:
    Credentials(storage::Vault& vault, audit::AuditLog& audit, const settings::Settings& settings,
                Authority& authority);

    /// ERR_LIMIT if the profile refuses the new one, and why. Argon2 runs outside of any transaction.
    void set_password(const Principal& principal, UserId user, std::optional<std::string_view> current,
                      std::string_view password, PasswordUse use = PasswordUse::alone);

    /// A random PIN that logs in alone: returned once, unique. ERR_LIMIT if the site is too large for PINs
    /// alone.
    crypto::Secret generate_pin(const Principal& principal, UserId user,
                                std::optional<std::string_view> current = std::nullopt);
    /// A chosen PIN: second factor only, because "taken" would tell that somebody else has it. With the user
    /// name, or if it is too short for that at a site of this size, with a card only. ERR_LIMIT.
    PinUse set_pin(const Principal& principal, UserId user, std::optional<std::string_view> current,
                   std::string_view pin);
    void remove_pin(const Principal& principal, UserId user,
                    std::optional<std::string_view> current = std::nullopt);

    /// As the reader gives it: text or hexadecimal, at most 128 bytes. ERR_EXISTS if somebody has it.
    CardId add_card(const Principal& principal, UserId user, std::string_view card, std::string_view label,
                    std::optional<Instant> expires);
    void remove_card(const Principal& principal, CardId card);
    /// credential.manage, or oneself.
    [[nodiscard]] Paged<Card> cards(const Principal& principal, UserId user, const Page& page = {});

 private:
    Authorised authorise(const Principal& principal, UserId user, std::optional<std::string_view> current);
    void save_pin(const Principal& principal, const Authorised& proof, storage::Transaction& transaction,
                  const store::PinRecord& pin, std::string_view kind);
    void check_current(const store::UserRecord& user, std::optional<std::string_view> current);
    void check_history(UserId user, std::string_view password);

    storage::Vault& vault_;
    audit::AuditLog& audit_;
    const settings::Settings& settings_;
    Authority& authority_;
};

}  // namespace myqsec::access
