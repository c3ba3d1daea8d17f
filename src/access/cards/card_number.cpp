#include "access/cards/card_number.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/error.hpp"

namespace myqsec::access::card_text {

namespace {

constexpr std::string_view hex_alphabet = "0123456789ABCDEF";

using Digits = std::vector<std::uint8_t>;  ///< values, the highest place first

bool is_decimal(char c) {
    return c >= '0' && c <= '9';
}

Digits hex_digits(std::string_view text) {
    if (text.size() > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) text.remove_prefix(2);
    Digits digits;
    for (const char c : text) {
        if (c == ':' || c == '-' || c == '.' || c == ' ') continue;
        const char upper_case = c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
        const auto value = hex_alphabet.find(upper_case);
        if (value == std::string_view::npos)
            fail(Status::ERR_INVALID_ARGUMENT, "the text is no hexadecimal number");
        digits.push_back(static_cast<std::uint8_t>(value));
    }
    if (digits.empty()) fail(Status::ERR_INVALID_ARGUMENT, "the text holds no digits");
    return digits;
}

Digits decimal_digits(std::string_view text) {
    if (text.empty() || !std::ranges::all_of(text, is_decimal))
        fail(Status::ERR_INVALID_ARGUMENT, "the text is no decimal number");
    Digits digits;
    for (const char c : text)
        digits.push_back(static_cast<std::uint8_t>(c - '0'));
    return digits;
}

std::string written(const Digits& digits) {
    std::string text;
    for (const auto digit_value : digits)
        text += hex_alphabet[digit_value];
    return text;
}

/// By dividing as on paper, so that no number is too large.
Digits to_base(Digits digits, unsigned from, unsigned to) {
    Digits out;
    while (!digits.empty()) {
        unsigned remainder = 0;
        Digits quotient;
        for (const auto one : digits) {
            remainder = remainder * from + one;
            if (!quotient.empty() || remainder >= to)
                quotient.push_back(static_cast<std::uint8_t>(remainder / to));
            remainder %= to;
        }
        out.push_back(static_cast<std::uint8_t>(remainder));
        digits = std::move(quotient);
    }
    std::ranges::reverse(out);
    return out;
}

/// The same, with zeros before it.
std::string in_places(std::uint64_t number, unsigned places) {
    auto text = std::to_string(number);
    return text.size() < places ? std::string(places - text.size(), '0') + text : text;
}

Digits byte_digits(std::string_view text) {
    auto digits = hex_digits(text);
    if (digits.size() % 2 != 0)
        fail(Status::ERR_INVALID_ARGUMENT, "the text has an odd number of digits, and no whole bytes");
    return digits;
}

std::uint8_t mirrored(std::uint8_t nibble) {
    return static_cast<std::uint8_t>((nibble & 1U) << 3 | (nibble & 2U) << 1 | (nibble & 4U) >> 1 |
                                     (nibble & 8U) >> 3);
}

std::vector<bool> bits_of(const Digits& digits) {
    std::vector<bool> bits;
    for (const auto one : digits) {
        for (unsigned mask = 8; mask != 0; mask >>= 1)
            bits.push_back((one & mask) != 0);
    }
    return bits;
}

std::uint64_t number_of(const std::vector<bool>& bits, std::size_t from, std::size_t to) {
    std::uint64_t number = 0;
    for (auto at = from; at < to; ++at)
        number = number << 1 | (bits[at] ? 1U : 0U);
    return number;
}

bool is_odd(const std::vector<bool>& bits, std::size_t from, std::size_t to) {
    bool odd = false;
    for (auto at = from; at < to; ++at)
        odd ^= bits[at];
    return odd;
}

std::vector<bool> wiegand_bits(std::string_view text, std::size_t wanted) {
    const auto binary = [](char c) { return c == '0' || c == '1'; };
    std::vector<bool> bits;
    if (text.size() == wanted && std::ranges::all_of(text, binary)) {
        for (const char c : text)
            bits.push_back(c == '1');
        return bits;
    }
    bits = bits_of(hex_digits(text));
    if (bits.size() > wanted) {
        const auto surplus = static_cast<std::ptrdiff_t>(bits.size() - wanted);
        if (std::find(bits.begin(), bits.begin() + surplus, true) != bits.begin() + surplus)
            fail(Status::ERR_INVALID_ARGUMENT, "the number has more than {} bits", wanted);
        bits.erase(bits.begin(), bits.begin() + surplus);
    }
    bits.insert(bits.begin(), wanted - bits.size(), false);
    return bits;
}

/// The 40 bits.
Digits em4100_digits(std::string_view text) {
    constexpr std::size_t header = 9, rows = 10, row_bits = 5, all_bits = 64;
    auto digits = hex_digits(text);
    if (digits.size() == rows) return digits;
    if (digits.size() * 4 != all_bits)
        fail(Status::ERR_INVALID_ARGUMENT, "an EM4100 number has 10 hexadecimal digits, or 16 as it is sent");
    const auto bits = bits_of(digits);
    bool sound = number_of(bits, 0, header) == 0x1FF && !bits.back();
    digits.clear();
    bool columns[4] = {};
    for (std::size_t row = 0; row <= rows; ++row) {
        const auto begin = header + row * row_bits;
        for (std::size_t column = 0; column < 4; ++column)
            columns[column] ^= bits[begin + column];
        if (row == rows) break;
        sound = sound && !is_odd(bits, begin, begin + row_bits);
        digits.push_back(static_cast<std::uint8_t>(number_of(bits, begin, begin + 4)));
    }
    sound = sound && std::ranges::none_of(columns, [](bool odd) { return odd; });
    if (!sound) fail(Status::ERR_INVALID_ARGUMENT, "the 64 bits of an EM4100 card were not read correctly");
    return digits;
}

template <typename Combine>
std::string without_last_byte(std::string_view text, Combine combine) {
    auto digits = byte_digits(text);
    std::uint8_t check = 0;
    for (std::size_t at = 0; at + 2 < digits.size(); at += 2)
        check = combine(check, static_cast<std::uint8_t>(digits[at] << 4 | digits[at + 1]));
    const auto last = static_cast<std::uint8_t>(digits[digits.size() - 2] << 4 | digits.back());
    if (digits.size() < 4 || last != check)
        fail(Status::ERR_INVALID_ARGUMENT, "the checksum at the text's end is wrong");
    digits.resize(digits.size() - 2);
    return written(digits);
}

}  // namespace

std::string hex_to_decimal(std::string_view text) {
    return written(to_base(hex_digits(text), 16, 10));
}

std::string decimal_to_hex(std::string_view text) {
    return written(to_base(decimal_digits(text), 10, 16));
}

std::string reverse_bytes(std::string_view text) {
    return swap_nibbles(reverse_nibbles(written(byte_digits(text))));
}

std::string reverse_nibbles(std::string_view text) {
    auto digits = hex_digits(text);
    std::ranges::reverse(digits);
    return written(digits);
}

std::string swap_nibbles(std::string_view text) {
    auto digits = byte_digits(text);
    for (std::size_t at = 0; at < digits.size(); at += 2)
        std::swap(digits[at], digits[at + 1]);
    return written(digits);
}

std::string reverse_bits(std::string_view text) {
    auto digits = hex_digits(text);
    std::ranges::reverse(digits);
    std::ranges::transform(digits, digits.begin(), mirrored);
    return written(digits);
}

std::string reverse_byte_bits(std::string_view text) {
    return reverse_bits(reverse_bytes(text));
}

std::string wiegand(std::string_view text, unsigned length, WiegandPart part) {
    const auto bits = wiegand_bits(text, length);
    const std::size_t half = length / 2;
    if (is_odd(bits, 0, half) || !is_odd(bits, half, length))
        fail(Status::ERR_INVALID_ARGUMENT, "the parity of the {} bits is wrong", length);
    constexpr std::size_t number_bits = 16;
    const std::size_t facility_end = length - 1 - number_bits;
    auto facility = in_places(number_of(bits, 1, facility_end), length == 26 ? 3 : 5);
    const auto number = in_places(number_of(bits, facility_end, length - 1), 5);
    if (part == WiegandPart::facility) return facility;
    return part == WiegandPart::number ? number : facility + number;
}

std::string em4100(std::string_view text, Em4100Form form) {
    const auto digits = em4100_digits(text);
    const auto bits = bits_of(digits);
    const auto decimal = [&](std::size_t from, std::size_t to, unsigned places) {
        return in_places(number_of(bits, from, to), places);
    };
    switch (form) {
        case Em4100Form::hex10:
            break;
        case Em4100Form::decimal13:
            return decimal(0, 40, 13);
        case Em4100Form::decimal10:
            return decimal(8, 40, 10);
        case Em4100Form::decimal8:
            return decimal(16, 40, 8);
        case Em4100Form::decimal35:
            return decimal(16, 24, 3) + decimal(24, 40, 5);
        case Em4100Form::decimal55:
            return decimal(8, 24, 5) + decimal(24, 40, 5);
    }
    return written(digits);
}

std::string drop_xor(std::string_view text) {
    return without_last_byte(
        text, [](std::uint8_t sum, std::uint8_t byte) { return static_cast<std::uint8_t>(sum ^ byte); });
}

std::string drop_sum(std::string_view text) {
    return without_last_byte(
        text, [](std::uint8_t sum, std::uint8_t byte) { return static_cast<std::uint8_t>(sum + byte); });
}

std::string drop_luhn(std::string_view text) {
    auto digits = decimal_digits(text);
    unsigned sum = 0;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        const unsigned value = digits[digits.size() - 1 - i] * (i % 2 == 0 ? 1U : 2U);
        sum += value > 9 ? value - 9 : value;
    }
    if (digits.size() < 2 || sum % 10 != 0)
        fail(Status::ERR_INVALID_ARGUMENT, "the check digit at the text's end is wrong");
    digits.pop_back();
    return written(digits);
}

}  // namespace myqsec::access::card_text
