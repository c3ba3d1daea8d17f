// Which passwords (profiles nist and complexity) and PINs are accepted, how long PINs must be so that
// guessing stays hopeless, and random ones.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "access/identity/names.hpp"
#include "base/id.hpp"
#include "crypto/password.hpp"
#include "crypto/secret.hpp"
#include "settings/settings.hpp"

namespace myqsec::access {

/// What a password may serve for; it decides how long it must be.
enum class PasswordUse : std::uint8_t { alone = 1, with_card = 2 };

/// Throws ERR_LIMIT with the rule that the password breaks; never the password itself.
void check_password_policy(const settings::Settings& settings, std::string_view password,
                           std::string_view user_name, PasswordUse use);

/// 20 characters of 32 kinds in groups of five: 100 bits, without look-alikes, easy to type.
[[nodiscard]] std::string random_password();

/// The cost of a password check, from the settings.
[[nodiscard]] crypto::Argon2Parameters password_kdf(const settings::Settings& settings);

/// Repeats, sequences, years and dates: what people choose and guessers try.
[[nodiscard]] bool is_trivial_pin(std::string_view pin);

/// Throws ERR_INVALID_ARGUMENT for anything but digits, ERR_LIMIT for a wrong length or a trivial PIN.
void check_chosen_pin(const settings::Settings& settings, std::string_view pin);

/// Digits that a PIN alone needs when `pins` of them exist: pins × the site's guesses per day ÷ 10^digits
/// stays below pin.max_guess_probability. Throws ERR_LIMIT where that exceeds pin.max_length.
[[nodiscard]] std::int64_t generated_pin_length(const settings::Settings& settings, std::int64_t pins);

/// Uniform among the non-trivial ones.
[[nodiscard]] crypto::Secret random_pin(std::int64_t digits);

/// What is stored of a PIN as a second factor: bound to its user.
[[nodiscard]] LookupHash pin_factor_hash(const storage::Keystore& keystore, UserId user,
                                         std::string_view pin);
/// What a PIN alone is found by.
[[nodiscard]] LookupHash pin_alone_hash(const storage::Keystore& keystore, std::string_view pin);

}  // namespace myqsec::access
