// What a device is: a printer or MFP at which people log in.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "access/login.hpp"
#include "base/clock.hpp"
#include "base/id.hpp"

namespace myqsec::device {

inline constexpr access::Methods default_methods =
    access::method_card | access::method_name_pin | access::method_name_password;

/// Fields to set; what is absent stays as it is, or is empty in a new device. Texts: at most 255 bytes of
/// UTF-8.
struct DeviceFields {
    std::optional<std::string> name;  ///< unique; 1 to 127 bytes
    std::optional<std::string> model;
    std::optional<std::string> serial;
    std::optional<std::string> mac;
    std::optional<std::string> address;
    std::optional<std::string> location;
    std::optional<access::Methods> methods;  ///< default: card, name and PIN, name and password
    std::optional<Duration> idle_timeout;    ///< 0: the setting device.idle_timeout; otherwise 5 s to 24 h
    std::optional<bool> enabled;
    std::optional<std::string> card_transform;  ///< an expression of access/cards/card_transform.hpp
    std::optional<bool> self_registration;      ///< default: no
};

struct Device {
    DeviceId id;
    std::string name;
    std::string model;
    std::string serial;
    std::string mac;
    std::string address;
    std::string location;
    access::Methods methods = default_methods;
    Duration idle_timeout{};
    bool enabled = true;
    UserId session_user;         ///< 0: nobody
    bool clear_pending = false;  ///< locked until its memory has been cleared
    std::string card_transform;  ///< what is done to a card's text before anybody is looked for by it
    /// Whether a person who logged in with a PIN or a password may register a card there.
    bool self_registration = false;
};

/// What the host does for a device. Called without any lock held; must not call the library.
struct DeviceCallbacks {
    /// Erases what a session left in the device's memory; false locks the device until a retry succeeds.
    /// None: the device keeps nothing.
    std::function<bool(DeviceId)> clear_memory;
};

/// What the person at the device presents; empty for what is absent.
struct Credentials {
    std::string_view card;
    std::string_view user_name;
    std::string_view pin;
    std::string_view password;
};

}  // namespace myqsec::device
