#include "access/identity/names.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "base/error.hpp"

namespace myqsec::access {

namespace {

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
char upper(char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}
bool is_hex(char c) {
    return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'f');
}

}  // namespace

LookupHash lookup_hash(const storage::Keystore& keystore, std::string_view domain, std::string_view text) {
    const auto version = keystore.newest_version(storage::KeyPurpose::lookup);
    const auto prefix =
        ByteWriter().field(as_bytes(domain)).integer(static_cast<std::uint32_t>(text.size())).take();
    crypto::Secret message(prefix.size() + text.size());  // the text may be a PIN
    std::ranges::copy(as_bytes(text), std::ranges::copy(prefix, message.span().begin()).out);
    return {crypto::hmac_sha256(keystore.key(storage::KeyPurpose::lookup, version).view(), message.view()),
            version};
}

std::string fold_user_name(std::string_view user_name) {
    while (!user_name.empty() && user_name.front() == ' ')
        user_name.remove_prefix(1);
    while (!user_name.empty() && user_name.back() == ' ')
        user_name.remove_suffix(1);
    std::string folded(user_name);
    std::ranges::transform(folded, folded.begin(), lower);
    return folded;
}

std::string normalise_card(std::string_view card) {
    constexpr std::size_t minimum = 4;
    constexpr std::size_t maximum = 128;
    std::string out;
    for (const char c : card.substr(0, 4 * maximum)) {
        if (std::string_view("\x02\x03\r\n\t ").find(c) == std::string_view::npos) out += c;
    }
    if (out.size() < minimum || out.size() > maximum) {
        fail(Status::ERR_INVALID_ARGUMENT, "a card number must have {} to {} bytes", minimum, maximum);
    }
    if (std::ranges::all_of(out, is_hex)) std::ranges::transform(out, out.begin(), upper);
    return out;
}

namespace {

/// C0, DEL and C1 (U+0080 … U+009F, in UTF-8 C2 80 … C2 9F): they falsify lists, logs and terminals.
bool has_control_characters(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        if (c < 0x20 || c == 0x7F) return true;
        if (c == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0) return true;
    }
    return false;
}

}  // namespace

void check_text(std::string_view what, std::string_view text, std::size_t limit) {
    if (text.size() > limit) {
        fail(Status::ERR_INVALID_ARGUMENT, "{} may have at most {} bytes, not {}", what, limit, text.size());
    }
    if (!is_utf8(text)) fail(Status::ERR_INVALID_ARGUMENT, "{} must be well-formed UTF-8", what);
    if (has_control_characters(text))
        fail(Status::ERR_INVALID_ARGUMENT, "{} may not hold control characters", what);
}

void check_name(std::string_view what, std::string_view text) {
    if (text.find_first_not_of(' ') == std::string_view::npos) {
        fail(Status::ERR_INVALID_ARGUMENT, "{} may not be empty", what);
    }
    check_text(what, text);
}

}  // namespace myqsec::access
