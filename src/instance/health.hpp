// What an operator should know of a running instance: what is overdue, suspended, locked, full or unverified.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "instance/instance.hpp"

namespace myqsec::instance {

enum class HealthLevel : std::uint8_t {
    notice,   ///< as it should be, but good to know
    warning,  ///< somebody should look
    alarm,    ///< something does not work, or is not safe
};
[[nodiscard]] std::string_view health_level_name(HealthLevel level);  ///< "notice" …

struct HealthRow {
    std::string code;
    HealthLevel level = HealthLevel::warning;
    std::string sentence;
    std::optional<Instant> since{};
    std::optional<std::int64_t> count{};
};

/// health.read. Empty if there is nothing to say. Looks at what is known already: it reads no document and
/// compares no page. The gravest first.
[[nodiscard]] std::vector<HealthRow> health_of(Instance& instance, const access::Principal& principal);

}  // namespace myqsec::instance
