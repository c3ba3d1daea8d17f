#include "audit/event/event_text.hpp"

#include <ctime>

#include "base/error.hpp"
#include "base/text.hpp"

namespace myqsec::audit {

std::string json_of(const std::vector<Change>& changes) {
    std::string out = "[";
    for (const auto& change : changes) {
        out += out.size() > 1 ? ",{\"field\":" : "{\"field\":";
        append_json_string(out, change.field);
        out += ",\"old\":";
        append_json_string(out, change.old_value);
        out += ",\"new\":";
        append_json_string(out, change.new_value);
        out += '}';
    }
    return out + "]";
}

std::string json_of(const std::vector<ReadPersonalValue>& values) {
    std::string out = "{";
    for (const auto& value : values) {
        if (out.size() > 1) out += ',';
        append_json_string(out, value.field);
        out += ':';
        if (value.text) {
            append_json_string(out, *value.text);
        } else {
            out += "null";
        }
    }
    return out + "}";
}

std::string rfc3339(Instant time) {
    const auto milliseconds = to_milliseconds(time);
    const auto within = (milliseconds % 1000 + 1000) % 1000;
    const std::time_t seconds = (milliseconds - within) / 1000;
    std::tm parts{};
    if (::gmtime_r(&seconds, &parts) == nullptr)
        fail(Status::ERR_CORRUPT, "an audit event has no possible time");
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", parts.tm_year + 1900, parts.tm_mon + 1,
                       parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, within);
}

std::string json_line(const StoredEvent& event, const EventTextOptions& options) {
    auto out = fmt::format(R"({{"sequence":{},"time":"{}","action":"{}","actor_kind":"{}")", event.sequence,
                           rfc3339(event.time), action_name(event.action), actor_kind_name(event.actor.kind));
    if (event.actor.kind == ActorKind::user)
        out += fmt::format(R"(,"actor":"{}")", to_hex(event.actor.pseudonym));
    out += fmt::format(R"(,"object_kind":"{}","object":{},"result":"{}","changes":{})",
                       object_kind_name(event.object.kind), event.object.id, result_name(event.result),
                       json_of(event.changes));
    if (options.personal) out += R"(,"personal":)" + json_of(event.personal);
    out += fmt::format(R"(,"leaf_hash":"{}"}})", to_hex(event.leaf_hash));
    return out + '\n';
}

}  // namespace myqsec::audit
