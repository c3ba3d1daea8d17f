#include "base/text.hpp"

namespace myqsec {

namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// 64 for what is not in the alphabet.
std::uint32_t value_of(char character) {
    const auto at = alphabet.find(character);
    return static_cast<std::uint32_t>(at == std::string_view::npos ? alphabet.size() : at);
}

}  // namespace

std::string to_base64(ByteView bytes) {
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        const auto some = bytes.subspan(at, std::min<std::size_t>(3, bytes.size() - at));
        std::uint32_t group = 0;
        for (std::size_t i = 0; i < 3; ++i)
            group = group << 8 | (i < some.size() ? some[i] : 0U);
        for (std::size_t i = 0; i < 4; ++i)
            text += i <= some.size() ? alphabet[group >> (18 - 6 * i) & 63] : '=';
    }
    return text;
}

std::optional<Bytes> from_base64(std::string_view text) {
    if (text.size() % 4 != 0) return std::nullopt;
    Bytes bytes;
    bytes.reserve(text.size() / 4 * 3);
    for (std::size_t at = 0; at < text.size(); at += 4) {
        const bool last = at + 4 == text.size();
        const std::size_t padding = last && text[at + 3] == '=' ? (text[at + 2] == '=' ? 2 : 1) : 0;
        std::uint32_t group = 0;
        for (std::size_t i = 0; i < 4; ++i) {
            const auto value = i < 4 - padding ? value_of(text[at + i]) : 0;
            if (value > 63) return std::nullopt;
            group = group << 6 | value;
        }
        for (std::size_t i = 0; i < 3 - padding; ++i)
            bytes.push_back(static_cast<std::uint8_t>(group >> (16 - 8 * i)));
        // What the padding cuts off must have been zero, or one value had many spellings.
        if (padding > 0 && (group & ((1U << 8 * padding) - 1)) != 0) return std::nullopt;
    }
    return bytes;
}

}  // namespace myqsec
