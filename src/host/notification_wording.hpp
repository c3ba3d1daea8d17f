// From a template and an event to a text for a person.
#pragma once

#include <string>
#include <string_view>

#include "host/notification_store.hpp"

namespace myqsec::host {

/// What a text may name, beside the changes of its event.
struct NotificationFacts {
    std::string user_name;
    std::string full_name;
    std::string object_name;  ///< of a device or queue
};

/// Throws ERR_INVALID_ARGUMENT for what is no template: a name in braces that means nothing, or a brace
/// alone. Names are {event}, {time}, {result}, {user_name}, {full_name}, {object_kind}, {object},
/// {object_name}, and {new.FIELD}, {old.FIELD} of a change; {{ and }} are braces.
void check_template(std::string_view what, std::string_view text);
/// What the event does not have is "".
[[nodiscard]] std::string worded(std::string_view text, const Notification& notification,
                                 const NotificationFacts& facts);

}  // namespace myqsec::host
