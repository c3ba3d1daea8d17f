// Reading DER (X.690) piece by piece, without trusting or copying it: what a file is, and how large its
// numbers are, is known before anybody computes with them.
#pragma once

#include <optional>

#include "base/bytes.hpp"

namespace myqsec::crypto {

namespace der {
inline constexpr std::uint8_t boolean = 0x01;
inline constexpr std::uint8_t integer = 0x02;
inline constexpr std::uint8_t bit_string = 0x03;
inline constexpr std::uint8_t octet_string = 0x04;
inline constexpr std::uint8_t object_id = 0x06;
inline constexpr std::uint8_t utc_time = 0x17;
inline constexpr std::uint8_t generalized_time = 0x18;
inline constexpr std::uint8_t sequence = 0x30;
inline constexpr std::uint8_t context = 0xA0;  ///< constructed [n] is context + n
}  // namespace der

/// Throws ERR_INVALID_ARGUMENT for what is not DER, or not what was asked for.
class DerReader {
 public:
    explicit DerReader(ByteView bytes) : rest_(bytes) {}

    struct Item {
        std::uint8_t tag = 0;
        ByteView content;
        ByteView whole;  ///< with tag and length
    };
    Item take();
    ByteView take(std::uint8_t tag);  ///< its content
    [[nodiscard]] std::optional<ByteView> take_if(std::uint8_t tag);
    [[nodiscard]] bool next_is(std::uint8_t tag) const { return !rest_.empty() && rest_[0] == tag; }
    [[nodiscard]] bool empty() const { return rest_.empty(); }
    void expect_end() const;

 private:
    ByteView rest_;
};

/// Of an INTEGER's content, which is not negative: without the zero in front.
[[nodiscard]] ByteView der_magnitude(ByteView integer);

/// Of an OBJECT IDENTIFIER's content against one written in hexadecimal.
[[nodiscard]] bool is_object_id(ByteView content, std::string_view hex);

}  // namespace myqsec::crypto
