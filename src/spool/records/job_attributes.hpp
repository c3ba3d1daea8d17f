// What a job says of itself in IPP's terms beside what has a field of its own: copies, sides, media.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace myqsec::spool {

struct JobAttribute {
    std::string name;                                     ///< an IPP keyword (RFC 8011 §5.1.4)
    std::variant<std::int32_t, bool, std::string> value;  ///< IPP integer, boolean, keyword or text
};
/// In the order in which they were given; no name twice.
using JobAttributes = std::vector<JobAttribute>;

inline constexpr std::size_t most_job_attributes = 64;
inline constexpr std::size_t longest_job_attributes = 4096;  ///< bytes, as attribute_lines() has them

/// A line for each: its name, its type ("integer", "boolean", "text"), its value, separated by spaces. This
/// is what is sealed under the owner's key. Throws ERR_INVALID_ARGUMENT for a name or value that IPP would
/// not take, or a name that comes twice; ERR_LIMIT for too many, or too much.
[[nodiscard]] std::string attribute_lines(const JobAttributes& attributes);

/// What attribute_lines() made them of. Throws ERR_CORRUPT for what it did not make.
[[nodiscard]] JobAttributes attributes_of(std::string_view lines);

}  // namespace myqsec::spool
