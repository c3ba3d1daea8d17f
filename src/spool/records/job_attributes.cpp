#include "spool/records/job_attributes.hpp"

#include <algorithm>
#include <charconv>
#include <set>

#include "base/error.hpp"
#include "spool/records/text.hpp"

namespace myqsec::spool {

namespace {

bool is_keyword(std::string_view name) {
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
    };
    return !name.empty() && name.size() <= 255 && std::ranges::all_of(name, allowed);
}

/// `number` is its place, for what can't be named.
std::string line_of(const JobAttribute& attribute, std::size_t number) {
    if (!is_keyword(attribute.name)) {
        fail(Status::ERR_INVALID_ARGUMENT,
             "the name of a job's attribute (number {}) is not 1 to 255 lowercase letters, digits, '-', '.' "
             "and '_'",
             number);
    }
    if (const auto* integer = std::get_if<std::int32_t>(&attribute.value))
        return fmt::format("{} integer {}\n", attribute.name, *integer);
    if (const auto* flag = std::get_if<bool>(&attribute.value))
        return fmt::format("{} boolean {}\n", attribute.name, *flag ? "true" : "false");
    const auto text = prepared_text(std::get<std::string>(attribute.value), 0, 1023,
                                    fmt::format("a job's attribute '{}'", attribute.name));
    return fmt::format("{} text {}\n", attribute.name, text);
}

}  // namespace

std::string attribute_lines(const JobAttributes& attributes) {
    if (attributes.size() > most_job_attributes)
        fail(Status::ERR_LIMIT, "a job has at most {} attributes", most_job_attributes);
    std::string lines;
    std::set<std::string_view> names;
    std::size_t number = 0;
    for (const auto& attribute : attributes) {
        lines += line_of(attribute, ++number);
        if (!names.insert(attribute.name).second)
            fail(Status::ERR_INVALID_ARGUMENT, "a job's attribute '{}' is given twice", attribute.name);
        if (lines.size() > longest_job_attributes)
            fail(Status::ERR_LIMIT, "a job's attributes take more than {} bytes", longest_job_attributes);
    }
    return lines;
}

JobAttributes attributes_of(std::string_view lines) {
    JobAttributes out;
    const auto take = [&](char end) {
        const auto at = lines.find(end);
        if (at == std::string_view::npos) fail(Status::ERR_CORRUPT, "the attributes of a job are damaged");
        const auto part = lines.substr(0, at);
        lines.remove_prefix(at + 1);
        return part;
    };
    while (!lines.empty()) {
        JobAttribute one{.name = std::string(take(' ')), .value = false};
        const auto type = take(' ');
        const auto value = take('\n');
        if (type == "text") {
            one.value = std::string(value);
        } else if (type == "boolean") {
            one.value = value == "true";
        } else {
            std::int32_t number = 0;
            const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
            if (error != std::errc() || end != value.data() + value.size())
                fail(Status::ERR_CORRUPT, "the attributes of a job are damaged");
            one.value = number;
        }
        out.push_back(std::move(one));
    }
    return out;
}

}  // namespace myqsec::spool
