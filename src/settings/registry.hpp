// The typed registry of every tunable, made from settings.def, and the text form of values.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace myqsec::settings {

enum class Setting : std::uint8_t {
#define MYQSEC_SETTING(enumerator, name, area, type, initial, minimum, maximum, choices, meaning) enumerator,
#include "settings/settings.def"
#undef MYQSEC_SETTING
};

enum class Type : std::uint8_t {
    integer,
    boolean,      ///< "true", "false"
    duration,     ///< "250ms", "60s", "15min", "24h", "90d"; held in milliseconds
    size,         ///< "512B", "64KiB", "10MiB", "4GiB", "1TiB"; held in bytes
    probability,  ///< "0.001"; held in millionths
    choice,       ///< one of a list of words; held as its index
    text,
};

/// What a right to settings is for.
enum class Area : std::uint8_t { login, devices, jobs, storage, audit };
inline constexpr Area areas[] = {Area::login, Area::devices, Area::jobs, Area::storage, Area::audit};
[[nodiscard]] std::string_view area_name(Area area);  ///< "login" …

struct Definition {
    Setting setting;
    std::string_view name;
    Area area;
    Type type;
    std::string_view initial;
    std::string_view minimum;
    std::string_view maximum;
    std::string_view choices;
    std::string_view meaning;
};

/// In the order of the enumerators.
[[nodiscard]] std::span<const Definition> definitions();
[[nodiscard]] const Definition& definition(Setting setting);
/// Null for an unknown name.
[[nodiscard]] const Definition* find_definition(std::string_view name);
[[nodiscard]] std::string_view type_name(Type type);
/// For a person: "1 to 100", "one of nist, complexity", "at most 4000 bytes of UTF-8".
[[nodiscard]] std::string range_text(const Definition& definition);

/// A value in memory: what was written and, unless it is a text, its number in the type's unit.
struct Value {
    std::int64_t number = 0;
    std::string text;
    bool operator==(const Value&) const = default;
};

/// Throws ERR_INVALID_ARGUMENT that names the setting and says its range.
[[nodiscard]] Value parse_value(const Definition& definition, std::string_view text);
/// For a number that came otherwise than as text, in the type's unit. Throws as parse_value() does.
void require_in_range(const Definition& definition, std::int64_t number);
[[nodiscard]] std::optional<Duration> parse_duration(std::string_view text);
[[nodiscard]] std::string format_duration(Duration duration);
[[nodiscard]] std::optional<std::int64_t> parse_size(std::string_view text);
[[nodiscard]] std::string format_size(std::int64_t bytes);

}  // namespace myqsec::settings
