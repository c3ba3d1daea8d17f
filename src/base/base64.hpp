// Base64 (RFC 4648 §4): the standard alphabet, padded, one spelling for each value.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace myqsec {

[[nodiscard]] std::string to_base64(ByteView bytes);

/// Nothing for anything but what to_base64 writes: no line breaks, no missing padding, no stray bits.
[[nodiscard]] std::optional<Bytes> from_base64(std::string_view text);

}  // namespace myqsec
