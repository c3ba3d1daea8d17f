// An event as one line of text, for other programs: JSON, and syslog.
#pragma once

#include <string>

#include "audit/event/event.hpp"

namespace myqsec::audit {

/// A JSON array of {"field", "old", "new"}.
[[nodiscard]] std::string json_of(const std::vector<Change>& changes);
/// A JSON object by field; null for a value that cannot be read any more.
[[nodiscard]] std::string json_of(const std::vector<ReadPersonalValue>& values);

/// RFC 3339, UTC, milliseconds.
[[nodiscard]] std::string rfc3339(Instant time);

struct EventTextOptions {
    bool personal = false;                   ///< names and titles too, where they can still be read
    std::string host_name = "-";             ///< HOSTNAME of RFC 5424
    std::int64_t enterprise_number = 32473;  ///< of RFC 5424 §7.2.2; that of RFC 5612, for documentation
};

/// One JSON object and a line feed.
[[nodiscard]] std::string json_line(const StoredEvent& event, const EventTextOptions& options);
/// One message of RFC 5424 and a line feed (RFC 6587 §3.4.2).
[[nodiscard]] std::string syslog_line(const StoredEvent& event, const EventTextOptions& options);

}  // namespace myqsec::audit
