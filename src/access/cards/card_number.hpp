// What readers make of a card's bits: numbers to different bases, in different orders, with and without what
// guards them. Texts to texts. Hexadecimal digits may have ':', '-', '.' and blanks between them, and 0x
// before; what comes out has neither, in upper case. A text that is not of the form throws
// ERR_INVALID_ARGUMENT with a sentence that says what it is not, and never shows it.
#pragma once

#include <string>
#include <string_view>

namespace myqsec::access::card_text {

/// Without zeros before the number.
[[nodiscard]] std::string hex_to_decimal(std::string_view text);
[[nodiscard]] std::string decimal_to_hex(std::string_view text);

/// The order of bytes, of hexadecimal digits, of the two digits in each byte, of all bits, of the bits in
/// each byte. What is about bytes has an even number of digits.
[[nodiscard]] std::string reverse_bytes(std::string_view text);
[[nodiscard]] std::string reverse_nibbles(std::string_view text);
[[nodiscard]] std::string swap_nibbles(std::string_view text);
[[nodiscard]] std::string reverse_bits(std::string_view text);
[[nodiscard]] std::string reverse_byte_bits(std::string_view text);

enum class WiegandPart : unsigned char { both, facility, number };
/// Of 26 bits (HID H10301: even parity, facility 8, number 16, odd parity) or 34 (H10306: facility 16), given
/// as a hexadecimal number or as so many digits 0 and 1: the facility in 3 or 5 decimal digits, the number in
/// 5. Wrong parity is refused.
[[nodiscard]] std::string wiegand(std::string_view text, unsigned bits, WiegandPart part);

enum class Em4100Form : unsigned char {
    hex10,      ///< 10H: all 40 bits, 10 hexadecimal digits
    decimal13,  ///< 10H>13D: all 40 bits
    decimal10,  ///< 8H>10D: the 32 bits without version or customer
    decimal8,   ///< 6H>8D: the last 24 bits
    decimal35,  ///< 2.4H>3.5D, WEG24: bits 24 to 17 in 3 digits, bits 16 to 1 in 5
    decimal55,  ///< 4H>5.5D, WEG32: bits 32 to 17 in 5 digits, bits 16 to 1 in 5
};
/// Of 10 hexadecimal digits, or of the 64 bits that the chip sends, as 16 digits: nine ones, ten rows of four
/// bits with even parity, a row of even parities of the columns, and a zero. Wrong parity is refused.
[[nodiscard]] std::string em4100(std::string_view text, Em4100Form form);

/// Takes away a last byte that is the exclusive or, or the sum, of those before it; a last decimal digit that
/// is Luhn's (ISO/IEC 7812-1, annex B). A wrong one is refused.
[[nodiscard]] std::string drop_xor(std::string_view text);
[[nodiscard]] std::string drop_sum(std::string_view text);
[[nodiscard]] std::string drop_luhn(std::string_view text);

}  // namespace myqsec::access::card_text
