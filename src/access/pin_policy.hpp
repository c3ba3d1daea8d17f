// Which PINs are accepted, and how long they must be so that guessing stays hopeless.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "access/lookup.hpp"
#include "crypto/secret.hpp"
#include "settings/settings.hpp"

namespace myqsec::access {

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
