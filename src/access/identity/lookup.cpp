#include "access/identity/lookup.hpp"

#include <algorithm>

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

}  // namespace myqsec::access
