// RFC 5424.
#include <fmt/format.h>

#include "audit/event/event_text.hpp"

namespace myqsec::audit {

namespace {

constexpr int facility_log_audit = 13;
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

/// §6.2.1: informational, warning, error.
int severity(Result result) {
    switch (result) {
        case Result::ok:
            return 6;
        case Result::denied:
            return 4;
        case Result::failed:
            break;
    }
    return 3;
}

/// §6.3.3: '"', '\' and ']' are escaped. Messages are separated by line feeds here, so that control
/// characters become their pictures (U+2400 …).
std::string value(std::string_view text) {
    std::string out;
    for (const char character : text) {
        const auto byte = static_cast<unsigned char>(character);
        if (byte < 0x20) {
            out += {'\xE2', '\x90', static_cast<char>(0x80 + byte)};
            continue;
        }
        if (character == '"' || character == '\\' || character == ']') out += '\\';
        out += character;
    }
    return out;
}

std::string param(std::string_view name, std::string_view text) {
    return fmt::format(" {}=\"{}\"", name, value(text));
}

}  // namespace

std::string syslog_line(const StoredEvent& event, const EventTextOptions& options) {
    const auto action = action_name(event.action);
    auto out =
        fmt::format("<{}>1 {} {} myqsec - {} [audit@{}", facility_log_audit * 8 + severity(event.result),
                    rfc3339(event.time), options.host_name, action, options.enterprise_number);
    out += param("sequence", std::to_string(event.sequence));
    out += param("result", result_name(event.result));
    out += param("actorKind", actor_kind_name(event.actor.kind));
    if (event.actor.kind == ActorKind::user) out += param("actor", to_hex(event.actor.pseudonym));
    if (event.object.kind != ObjectKind::none) {
        out += param("objectKind", object_kind_name(event.object.kind));
        out += param("object", std::to_string(event.object.id));
    }
    for (const auto& change : event.changes) {
        out += param("field", change.field);
        out += param("old", change.old_value);
        out += param("new", change.new_value);
    }
    if (options.personal) {
        for (const auto& one : event.personal) {
            if (one.text) out += param("personalField", one.field) + param("personal", *one.text);
        }
    }
    out += param("leafHash", to_hex(event.leaf_hash));
    out += fmt::format("] {}{}: {}", byte_order_mark, action, action_meaning(event.action));
    return out + '\n';
}

}  // namespace myqsec::audit
