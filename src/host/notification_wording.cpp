#include "host/notification_wording.hpp"

#include <algorithm>
#include <array>

#include "audit/event/event_text.hpp"
#include "base/error.hpp"

namespace myqsec::host {

namespace {

constexpr std::array<std::string_view, 8> plain_names{"event",     "time",        "result", "user_name",
                                                      "full_name", "object_kind", "object", "object_name"};

bool has_meaning(std::string_view name) {
    if (name.starts_with("new.") || name.starts_with("old.")) return name.size() > 4;
    return std::ranges::find(plain_names, name) != plain_names.end();
}

/// Calls `plain` with what stands as it is, and `named` with each name in braces; false for a brace alone.
template <typename Plain, typename Named>
bool walk(std::string_view text, Plain&& plain, Named&& named) {
    while (!text.empty()) {
        const auto at = std::min(text.find_first_of("{}"), text.size());
        plain(text.substr(0, at));
        text.remove_prefix(at);
        if (text.empty()) break;
        if (text.size() > 1 && text[0] == text[1]) {
            plain(text.substr(0, 1));
            text.remove_prefix(2);
            continue;
        }
        const auto end = text.find('}');
        if (text[0] == '}' || end == std::string_view::npos) return false;
        named(text.substr(1, end - 1));
        text.remove_prefix(end + 1);
    }
    return true;
}

std::string value_named(std::string_view name, const Notification& one, const NotificationFacts& facts) {
    if (name == "event") return std::string(audit::action_name(one.action));
    if (name == "time") return audit::rfc3339(one.time);
    if (name == "result") return std::string(audit::result_name(one.result));
    if (name == "user_name") return facts.user_name;
    if (name == "full_name") return facts.full_name;
    if (name == "object_kind") return std::string(audit::object_kind_name(one.object.kind));
    if (name == "object") return std::to_string(one.object.id);
    if (name == "object_name") return facts.object_name;
    const auto change = std::ranges::find(one.changes, name.substr(4), &audit::Change::field);
    if (change == one.changes.end()) return {};
    return name.starts_with("new.") ? change->new_value : change->old_value;
}

}  // namespace

void check_template(std::string_view what, std::string_view text) {
    bool known = true;
    const bool closed = walk(
        text, [](std::string_view) {}, [&](std::string_view name) { known = known && has_meaning(name); });
    if (!closed) {
        fail(Status::ERR_INVALID_ARGUMENT, "{} has a brace alone; write {{{{ and }}}} for braces", what);
    }
    if (!known) {
        fail(Status::ERR_INVALID_ARGUMENT,
             "{} names what no text can: names are event, time, result, user_name, full_name, object_kind, "
             "object, object_name, new.FIELD and old.FIELD",
             what);
    }
}

std::string worded(std::string_view text, const Notification& notification, const NotificationFacts& facts) {
    std::string out;
    walk(
        text, [&](std::string_view part) { out += part; },
        [&](std::string_view name) { out += value_named(name, notification, facts); });
    return out;
}

}  // namespace myqsec::host
