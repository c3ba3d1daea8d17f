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
struct NewCard;

struct Card {
    CardId id;
    UserId user;
    std::string label;
    Instant created;
    std::optional<Instant> expires;
    std::optional<Instant> last_used;
    bool expired = false;
};

/// Passwords and PINs: credential.manage and every right that the user has, or oneself, with the current
/// password (once there is one): ERR_AUTHENTICATION, ERR_LOCKED_OUT. Cards: credential.manage. Replacing or
/// taking one ends the user's sessions, but for the one that does it.
class Credentials {
 public:
    Credentials(storage::Vault& vault, audit::AuditLog& audit, const settings::Settings& settings,
                Authority& authority);

    /// ERR_LIMIT if the profile refuses the new one, and why; one's own also if it is the present one.
    /// Another's must be changed at the first login with it where the setting password.change_at_first_login
    /// says so. Argon2 runs outside of any transaction, up to 11 times.
    void set_password(const Principal& principal, UserId user, std::optional<std::string_view> current,
                      std::string_view password, PasswordUse use = PasswordUse::alone);

    /// credential.manage and every right that the user has: the password must be changed at the next login
    /// with it, and the user's sessions end. ERR_NOT_FOUND if there is none.
    void expire_password(const Principal& principal, UserId user);

    /// A random PIN that logs in alone: returned once, unique. ERR_LIMIT if the site is too large for PINs
    /// alone.
    crypto::Secret generate_pin(const Principal& principal, UserId user,
                                std::optional<std::string_view> current = std::nullopt);
    /// A chosen PIN: second factor only, because "taken" would tell that somebody else has it. With the user
    /// name, or if it is too short for that at a site of this size, with a card only. ERR_LIMIT.
    PinUse set_pin(const Principal& principal, UserId user, std::optional<std::string_view> current,
                   std::string_view pin);
    /// ERR_NOT_FOUND if there is none.
    void remove_pin(const Principal& principal, UserId user,
                    std::optional<std::string_view> current = std::nullopt);

    /// As the reader gives it: text or hexadecimal, at most 128 bytes. ERR_EXISTS if somebody has it, unless
    /// it expired: then it is taken from them.
    CardId add_card(const Principal& principal, UserId user, std::string_view card, std::string_view label,
                    std::optional<Instant> expires);
    /// For a session at a device, by proof of device.login: a card of the session's own user. ERR_LIMIT
    /// beyond card.self_registration_limit. ERR_EXISTS if somebody has it, which counts as a wrong entry of
    /// their password (ERR_LOCKED_OUT), so that nobody finds cards by trying.
    CardId add_own_card(const Authorised& proof, const Principal& principal, std::string_view card,
                        std::string_view label);
    void remove_card(const Principal& principal, CardId card);
    /// credential.manage, or oneself.
    [[nodiscard]] Paged<Card> cards(const Principal& principal, UserId user, const Page& page = {});

 private:
    Authorised authorise(const Principal& principal, UserId user, std::optional<std::string_view> current);
    void save_pin(const Principal& principal, const Authorised& proof, storage::Transaction& transaction,
                  const store::PinRecord& pin, std::string_view kind);
    void check_current(const store::UserRecord& user, std::optional<std::string_view> current);
    CardId insert_card(storage::Transaction& transaction, const Authorised& proof, const NewCard& card);
    void count_wrong_card(const Authorised& proof, UserId user);
    void check_history(UserId user, std::string_view password);

    storage::Vault& vault_;
    audit::AuditLog& audit_;
    const settings::Settings& settings_;
    Authority& authority_;
};

}  // namespace myqsec::access
