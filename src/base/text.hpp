// Bytes and texts as other formats write them: Base64 (RFC 4648 §4; the standard alphabet, padded, one
// spelling for each value) and JSON (RFC 8259).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "base/bytes.hpp"

namespace myqsec {

[[nodiscard]] std::string to_base64(ByteView bytes);

/// Nothing for anything but what to_base64 writes: no line breaks, no missing padding, no stray bits.
[[nodiscard]] std::optional<Bytes> from_base64(std::string_view text);

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
