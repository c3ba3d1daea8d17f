// Which passwords are accepted (profiles nist and complexity), what checking one costs, and random ones.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "access/identity/user.hpp"
#include "crypto/password.hpp"
#include "settings/settings.hpp"

namespace myqsec::access {

/// What a person is called, which their password may not be made of.
struct PersonNames {
    std::string user_name;
    std::string full_name;
    std::string email;
};

/// Throws ERR_LIMIT with the rule that the password breaks; never the password itself.
void check_password_policy(const settings::Settings& settings, std::string_view password,
                           const PersonNames& person, PasswordUse use);

/// Which passwords are to be changed at the next login with them.
class PasswordAging {
 public:
    PasswordAging(const settings::Settings& settings, Instant now)
        : longest_(settings.duration(settings::Setting::password_max_age)), now_(now) {}
    /// None has no password.
    [[nodiscard]] bool must_change(std::optional<Instant> changed, bool asked_to) const {
        return changed && (asked_to || (longest_ > Duration::zero() && now_ - *changed >= longest_));
    }

 private:
    Duration longest_;
    Instant now_;
};

/// 20 characters of 32 kinds in groups of five: 100 bits, without look-alikes, easy to type.
[[nodiscard]] std::string random_password();

/// The cost of a password check, from the settings.
[[nodiscard]] crypto::Argon2Parameters password_kdf(const settings::Settings& settings);

}  // namespace myqsec::access
