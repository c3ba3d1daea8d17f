// Writing JSON (RFC 8259).
#pragma once

#include <string>
#include <string_view>

#include <fmt/format.h>

namespace myqsec {

/// A string with its quotes. `text` is valid UTF-8, and passes as it is but for what must be escaped.
inline void append_json_string(std::string& to, std::string_view text) {
    to += '"';
    for (const char character : text) {
        if (character == '"' || character == '\\') {
            to += '\\';
            to += character;
        } else if (static_cast<unsigned char>(character) < 0x20) {
            to += fmt::format("\\u{:04x}", static_cast<unsigned>(character));
        } else {
            to += character;
        }
    }
    to += '"';
}

}  // namespace myqsec
