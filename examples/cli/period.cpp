#include "period.hpp"

#include <ctime>
#include <string>

#include "output.hpp"

namespace cli {

namespace {

/// Milliseconds since 1970. Only what `instant` would print is one; a zero would mean any.
std::int64_t instant_named(const std::string& option, const std::string& given) {
    constexpr std::size_t day = 10;
    const auto text = given.size() == day ? given + "T00:00:00Z" : given;
    std::tm parts{};
    ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%SZ", &parts);
    const auto milliseconds = std::int64_t{::timegm(&parts)} * 1000;
    if (milliseconds <= 0 || instant(milliseconds) != text)
        throw CLI::ValidationError(option,
                                   "'" + given + "' is no instant such as 2026-01-31T08:00:00Z, and no day");
    return milliseconds;
}

}  // namespace

CLI::Option* add_instant(CLI::App& command, const std::string& option, std::int64_t& into,
                         const std::string& meaning) {
    return command.add_option_function<std::string>(
        option, [option, &into](const std::string& given) { into = instant_named(option, given); }, meaning);
}

PeriodOptions::PeriodOptions(CLI::App& command) : period_(std::make_shared<Period>()) {
    add_instant(command, "--since", period_->since,
                "From this instant on, as lists show it (UTC), or from this day on");
    add_instant(command, "--until", period_->until, "Before this instant, or this day");
}

}  // namespace cli
