// Which passwords are accepted (profiles nist and complexity), what checking one costs, and random ones.
#pragma once

#include <string>
#include <string_view>

#include "access/identity/user.hpp"
#include "crypto/password.hpp"
#include "settings/settings.hpp"

namespace myqsec::access {

/// Throws ERR_LIMIT with the rule that the password breaks; never the password itself.
void check_password_policy(const settings::Settings& settings, std::string_view password,
                           std::string_view user_name, PasswordUse use);

/// 20 characters of 32 kinds in groups of five: 100 bits, without look-alikes, easy to type.
[[nodiscard]] std::string random_password();

/// The cost of a password check, from the settings.
[[nodiscard]] crypto::Argon2Parameters password_kdf(const settings::Settings& settings);

}  // namespace myqsec::access
