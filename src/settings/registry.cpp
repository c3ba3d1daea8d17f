#include "settings/registry.hpp"

#include <array>
#include <charconv>
#include <vector>

#include <fmt/format.h>

#include "base/bytes.hpp"
#include "base/error.hpp"

namespace myqsec::settings {

namespace {

constexpr Definition table[] = {
#define MYQSEC_SETTING(enumerator, name, area, type, initial, minimum, maximum, choices, meaning) \
    {Setting::enumerator, name, Area::area, Type::type, initial, minimum, maximum, choices, meaning},
#include "settings/settings.def"
#undef MYQSEC_SETTING
};

struct Unit {
    std::string_view suffix;
    std::int64_t factor;
};
// Largest first: format uses the first that divides.
constexpr Unit duration_units[] = {
    {"d", 86'400'000}, {"h", 3'600'000}, {"min", 60'000}, {"s", 1'000}, {"ms", 1}};
constexpr Unit size_units[] = {{"TiB", std::int64_t{1} << 40},
                               {"GiB", std::int64_t{1} << 30},
                               {"MiB", std::int64_t{1} << 20},
                               {"KiB", std::int64_t{1} << 10},
                               {"B", 1}};

std::optional<std::int64_t> parse_integer(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::optional<std::int64_t> parse_with_unit(std::string_view text, std::span<const Unit> units) {
    const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
    const auto number = parse_integer(text.substr(0, digits));
    if (!number) return std::nullopt;
    for (const auto& unit : units) {
        std::int64_t value = 0;
        if (text.substr(digits) == unit.suffix && !__builtin_mul_overflow(*number, unit.factor, &value))
            return value;
    }
    return std::nullopt;
}

std::string format_with_unit(std::int64_t value, std::span<const Unit> units, std::string_view zero) {
    if (value == 0) return std::string(zero);
    for (const auto& unit : units) {
        if (value % unit.factor == 0) return fmt::format("{}{}", value / unit.factor, unit.suffix);
    }
    return fmt::format("{}{}", value, units.back().suffix);
}

/// "0.001" → 1000; at most six decimals.
std::optional<std::int64_t> parse_millionths(std::string_view text) {
    const auto dot = text.find('.');
    const auto whole = parse_integer(text.substr(0, dot));
    const auto fraction = dot == std::string_view::npos ? std::string_view("0") : text.substr(dot + 1);
    if (!whole || *whole < 0 || *whole > 1 || fraction.empty() || fraction.size() > 6) return std::nullopt;
    if (fraction.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
    return *whole * 1'000'000 + *parse_integer(fmt::format("{:0<6}", fraction));
}

std::vector<std::string_view> words(std::string_view text) {
    std::vector<std::string_view> out;
    while (!text.empty()) {
        const auto end = std::min(text.find(' '), text.size());
        if (end > 0) out.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

std::optional<std::int64_t> parse_choice(std::string_view choices, std::string_view text) {
    std::int64_t index = 0;
    for (const auto word : words(choices)) {
        if (word == text) return index;
        ++index;
    }
    return std::nullopt;
}

std::optional<std::int64_t> parse_number(const Definition& definition, std::string_view text) {
    switch (definition.type) {
        case Type::integer:
            return parse_integer(text);
        case Type::boolean:
            return parse_choice("false true", text);
        case Type::duration:
            return parse_with_unit(text, duration_units);
        case Type::size:
            return parse_with_unit(text, size_units);
        case Type::probability:
            return parse_millionths(text);
        case Type::choice:
            return parse_choice(definition.choices, text);
        case Type::text:
            break;
    }
    return std::nullopt;
}

[[noreturn]] void refuse(const Definition& definition) {
    fail(Status::ERR_INVALID_ARGUMENT, "{} must be {}", definition.name, range_text(definition));
}

Value parse_text_value(const Definition& definition, std::string_view text) {
    const auto limit = static_cast<std::size_t>(*parse_integer(definition.maximum));
    if (text.size() > limit || !is_utf8(text) || text.find('\0') != std::string_view::npos)
        refuse(definition);
    return {0, std::string(text)};
}

}  // namespace

std::span<const Definition> definitions() {
    return table;
}

const Definition& definition(Setting setting) {
    return table[static_cast<std::size_t>(setting)];
}

const Definition* find_definition(std::string_view name) {
    for (const auto& one : table) {
        if (one.name == name) return &one;
    }
    return nullptr;
}

std::string_view area_name(Area area) {
    switch (area) {
        case Area::login:
            return "login";
        case Area::devices:
            return "devices";
        case Area::jobs:
            return "jobs";
        case Area::storage:
            return "storage";
        case Area::audit:
            break;
    }
    return "audit";
}

std::string_view type_name(Type type) {
    switch (type) {
        case Type::integer:
            return "integer";
        case Type::boolean:
            return "boolean";
        case Type::duration:
            return "duration";
        case Type::size:
            return "size";
        case Type::probability:
            return "probability";
        case Type::choice:
            return "choice";
        case Type::text:
            return "text";
    }
    return "unknown";
}

std::string range_text(const Definition& definition) {
    switch (definition.type) {
        case Type::boolean:
            return "true or false";
        case Type::choice:
            return fmt::format("one of {}", fmt::join(words(definition.choices), ", "));
        case Type::text:
            return fmt::format("at most {} bytes of UTF-8", definition.maximum);
        case Type::integer:
            return fmt::format("a whole number from {} to {}", definition.minimum, definition.maximum);
        case Type::duration:
        case Type::size:
        case Type::probability:
            break;
    }
    return fmt::format("a {} from {} to {}, such as {}", type_name(definition.type), definition.minimum,
                       definition.maximum, definition.initial);
}

void require_in_range(const Definition& definition, std::int64_t number) {
    const bool ranged = !definition.maximum.empty();
    if (ranged && (number < *parse_number(definition, definition.minimum) ||
                   number > *parse_number(definition, definition.maximum))) {
        refuse(definition);
    }
}

Value parse_value(const Definition& definition, std::string_view text) {
    if (definition.type == Type::text) return parse_text_value(definition, text);
    const auto number = parse_number(definition, text);
    if (!number) refuse(definition);
    require_in_range(definition, *number);
    // Numbers have one spelling; quantities stay as they were written: who set "24h" does not want to read
    // "1d".
    if (definition.type == Type::integer) return {*number, fmt::format("{}", *number)};
    return {*number, std::string(text)};
}

std::optional<Duration> parse_duration(std::string_view text) {
    const auto value = parse_with_unit(text, duration_units);
    return value ? std::optional(Duration(*value)) : std::nullopt;
}

std::string format_duration(Duration duration) {
    return format_with_unit(duration.count(), duration_units, "0s");
}

std::optional<std::int64_t> parse_size(std::string_view text) {
    return parse_with_unit(text, size_units);
}

std::string format_size(std::int64_t bytes) {
    return format_with_unit(bytes, size_units, "0B");
}

}  // namespace myqsec::settings
