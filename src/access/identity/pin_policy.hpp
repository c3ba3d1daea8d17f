// PINs: how long they must be so that guessing stays hopeless, which may be chosen, and random ones.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "access/identity/names.hpp"
#include "access/identity/user.hpp"
#include "base/id.hpp"
#include "crypto/secret.hpp"
#include "settings/settings.hpp"

namespace myqsec::access {

/// About how many PINs somebody tries before this one who tries the likeliest first: repeats, runs, steps,
/// years, dates, mirrored and doubled halves, shapes on the keypad, and what is put together of few of those.
[[nodiscard]] double guesses_before(std::string_view pin);

/// Among the likeliest `share` of all PINs of its length.
[[nodiscard]] bool is_likely_pin(std::string_view pin, double share);

/// What a chosen PIN may serve for where there are so many users. Throws ERR_INVALID_ARGUMENT for anything
/// but digits, ERR_LIMIT for a wrong length or a likely PIN.
[[nodiscard]] PinUse check_chosen_pin(const settings::Settings& settings, std::string_view pin,
                                      std::int64_t users);

/// Digits that a chosen PIN needs to serve with a user name: users × guesses that locks admit at each in 30
/// days × the probability of the likeliest PIN that is left stays within pin.max_guess_probability.
[[nodiscard]] std::int64_t named_pin_length(const settings::Settings& settings, std::int64_t users);

/// Digits that a PIN alone needs when `pins` of them exist: pins × what the site takes of wrong ones in 30
/// days, and locks admit at each, ÷ 10^digits stays within pin.max_guess_probability. Throws ERR_LIMIT where
/// that exceeds pin.max_length.
[[nodiscard]] std::int64_t generated_pin_length(const settings::Settings& settings, std::int64_t pins);

/// Uniform among the unlikely ones.
[[nodiscard]] crypto::Secret random_pin(std::int64_t digits);

/// What is stored of a PIN as a second factor, under each look-up key: bound to its user.
[[nodiscard]] std::vector<LookupHash> pin_factor_hashes(storage::Vault& vault, UserId user,
                                                        std::string_view pin);
/// What a PIN alone is found by, likewise.
[[nodiscard]] std::vector<LookupHash> pin_alone_hashes(storage::Vault& vault, std::string_view pin);

}  // namespace myqsec::access
