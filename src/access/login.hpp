// Login: from what a person presents to who they are. One answer and one amount of work, whoever is named.
#pragma once

#include <string>
#include <string_view>

#include "access/identity/lockout.hpp"
#include "access/recovery.hpp"
#include "access/rights/authority.hpp"
#include "access/rights/refusals.hpp"
#include "settings/settings.hpp"

namespace myqsec::access {

/// A bit mask; the numbers are those of the C interface.
using Methods = std::uint32_t;
inline constexpr Methods method_card = 1;
inline constexpr Methods method_pin = 2;  ///< generated PINs only
inline constexpr Methods method_name_pin = 4;
inline constexpr Methods method_name_password = 8;
inline constexpr Methods method_card_pin = 16;
inline constexpr Methods method_card_password = 32;
inline constexpr Methods all_methods = 63;

/// Empty: absent. The fields present decide the method.
struct LoginAttempt {
    std::string_view card;
    std::string_view user_name;
    std::string_view pin;
    std::string_view password;
    Place place{};  ///< for lockout
};

class Login {
 public:
    Login(storage::Vault& vault, const settings::Settings& settings, Authority& authority, Recovery& recovery,
          Refusals& refusals);

    /// session.host. Throws ERR_AUTHENTICATION, always with the same sentence unless the method is not among
    /// `allowed`; LoginRefused (ERR_LOCKED_OUT) where docs/lockout.md says so, whether or not the account
    /// exists, and (ERR_FACTOR_NEEDED) for a PIN alone where too many were wrong: then it is taken with the
    /// user name or a card, too; ERR_INVALID_ARGUMENT for a combination that is no method, or what is no
    /// card. Each is an event. Not inside a transaction.
    UserId authenticate(const Principal& host, const LoginAttempt& attempt, Methods allowed);

    /// Records (session.login-failed) an attempt that is refused before its credentials are looked at. Not
    /// inside a transaction.
    void record_refusal(const LoginAttempt& attempt, std::string_view reason, audit::Object object = {});

 private:
    void count_refused(const LockKey& lock, const store::LockSubject& subject);
    [[nodiscard]] bool is_allowed(Methods method, Methods allowed, const Place& place);

    storage::Vault& vault_;
    const settings::Settings& settings_;
    Authority& authority_;
    Recovery& recovery_;
    Refusals& refusals_;
};

}  // namespace myqsec::access
