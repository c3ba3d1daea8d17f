// What is known of a person.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "audit/event/event.hpp"
#include "base/clock.hpp"
#include "base/id.hpp"

namespace myqsec::access {

enum class UserState : std::uint8_t { active = 1, disabled = 2 };
[[nodiscard]] inline std::string_view user_state_name(UserState state) {
    return state == UserState::active ? "active" : "disabled";
}

/// What a PIN serves for: generated ones alone, too; chosen ones with the user name or a card, or, if they
/// are too short for that at a site of this size, with a card only.
enum class PinUse : std::uint8_t { alone = 1, with_name = 2, with_card = 3 };
[[nodiscard]] inline std::string_view pin_use_name(PinUse use) {
    return use == PinUse::alone ? "alone" : use == PinUse::with_name ? "with-name" : "with-card";
}

/// What a password serves for; it decides how long it must be.
enum class PasswordUse : std::uint8_t { alone = 1, with_card = 2 };
[[nodiscard]] inline std::string_view password_use_name(PasswordUse use) {
    return use == PasswordUse::alone ? "alone" : "with-card";
}

/// Fields to set; what is absent stays as it is, or empty in a new user.
struct UserFields {
    std::optional<std::string> user_name;  ///< unique without regard to ASCII case; 1 to 255 bytes
    std::optional<std::string> full_name;
    std::optional<std::string> email;
    std::optional<std::string> language;
    std::optional<std::string> notes;  ///< at most 4,000 bytes; the others 255
    std::optional<UserState> state;
};

struct User {
    UserId id;
    UserState state = UserState::active;
    std::string user_name;
    std::string full_name;
    std::string email;
    std::string language;
    std::string notes;
    Instant created;
    LeafId person;
    audit::Pseudonym pseudonym{};
    std::optional<Instant> locked_until;
    std::optional<PasswordUse> password;
    std::optional<PinUse> pin;
    std::int64_t cards = 0;
    std::optional<Instant> password_changed;
    bool must_change_password = false;  ///< at the next login with it
};

}  // namespace myqsec::access
