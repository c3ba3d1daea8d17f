// Limits of names and other short texts that people type.
#pragma once

#include <string_view>

namespace myqsec::access {

inline constexpr std::size_t max_name = 255;
inline constexpr std::size_t max_notes = 4000;

/// Well-formed UTF-8 of at most `limit` bytes without control characters, or ERR_INVALID_ARGUMENT. `what`
/// opens the sentence.
void check_text(std::string_view what, std::string_view text, std::size_t limit = max_name);
/// The same, and not empty.
void check_name(std::string_view what, std::string_view text);

}  // namespace myqsec::access
