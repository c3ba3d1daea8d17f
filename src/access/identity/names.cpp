#include "access/identity/names.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/unicode.hpp"

namespace myqsec::access {

namespace {

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
char upper(char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}
/// Printable ASCII.
bool is_plain(char c) {
    return c >= ' ' && c <= '~';
}
bool is_hex(char c) {
    return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'f');
}

}  // namespace

namespace {

crypto::Digest keyed_hash(const crypto::Secret& key, std::string_view domain, std::string_view text) {
    const auto prefix =
        ByteWriter().field(as_bytes(domain)).integer(static_cast<std::uint32_t>(text.size())).take();
    crypto::Secret message(prefix.size() + text.size());  // the text may be a PIN
    std::ranges::copy(as_bytes(text), std::ranges::copy(prefix, message.span().begin()).out);
    return crypto::hmac_sha256(key.view(), message.view());
}

}  // namespace

LookupHash lookup_hash(const storage::LookupKey& key, const LookupDomain& domain, std::string_view text) {
    return {keyed_hash(*key.key, domain.name, text), key.version};
}

LookupHash lookup_hash(storage::Vault& vault, const LookupDomain& domain, std::string_view text) {
    return lookup_hash(vault.lookup_keys().newest(domain.kind), domain, text);
}

std::vector<LookupHash> lookup_hashes(storage::Vault& vault, const LookupDomain& domain,
                                      std::string_view text) {
    std::vector<LookupHash> hashes;
    for (const auto& key : vault.lookup_keys().all(domain.kind))
        hashes.push_back(lookup_hash(key, domain, text));
    return hashes;
}

crypto::Digest lasting_hash(const storage::Keystore& keystore, std::string_view domain,
                            std::string_view text) {
    return keyed_hash(keystore.key(storage::KeyPurpose::lockout), domain, text);
}

namespace {

constexpr std::string_view card_separators = "\x02\x03\r\n\t :-";

bool is_hexadecimal(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, is_hex);
}

std::string_view without_prefix(std::string_view part) {
    const bool prefixed = part.size() > 2 && part[0] == '0' && lower(part[1]) == 'x';
    return prefixed && is_hexadecimal(part.substr(2)) ? part.substr(2) : part;
}

}  // namespace

std::string normalise_card(std::string_view card) {
    constexpr std::size_t minimum = 4;
    constexpr std::size_t maximum = 128;
    std::string out;
    for (auto rest = card.substr(0, 8 * maximum); !rest.empty();) {
        const auto part = rest.substr(0, rest.find_first_of(card_separators));
        out += without_prefix(part);
        rest.remove_prefix(std::min(part.size() + 1, rest.size()));
    }
    if (out.size() < minimum || out.size() > maximum || card.size() > 8 * maximum) {
        fail(Status::ERR_INVALID_ARGUMENT, "a card number must have {} to {} bytes", minimum, maximum);
    }
    out = prepared_text("a card number", out);
    std::ranges::transform(out, out.begin(), upper);
    return out;
}

std::string prepared_text(std::string_view what, std::string_view text, std::size_t limit) {
    const auto require_size = [&](std::size_t size, std::size_t most) {
        if (size <= most) return;
        fail(Status::ERR_INVALID_ARGUMENT, "{} may have at most {} bytes, not {}", what, limit, size);
    };
    require_size(text.size(), longest_spelling * limit);
    if (std::ranges::all_of(text, is_plain)) {  // most are: nothing of them is looked up in Unicode's tables
        require_size(text.size(), limit);
        return std::string(text);
    }
    if (!is_utf8(text)) fail(Status::ERR_INVALID_ARGUMENT, "{} must be well-formed UTF-8", what);
    if (std::ranges::any_of(characters_of(text), is_harmful)) {
        fail(Status::ERR_INVALID_ARGUMENT,
             "{} may not hold control characters or others that change how text around them is shown", what);
    }
    auto prepared = to_nfc(text);
    require_size(prepared.size(), limit);
    return prepared;
}

std::string prepared_name(std::string_view what, std::string_view text, std::size_t limit) {
    if (text.find_first_not_of(' ') == std::string_view::npos) {
        fail(Status::ERR_INVALID_ARGUMENT, "{} may not be empty", what);
    }
    auto name = fold_name(prepared_text(what, text, limit));
    if (name.front() == ' ' || name.back() == ' ') {
        fail(Status::ERR_INVALID_ARGUMENT, "{} may not begin or end with a blank", what);
    }
    const auto characters = characters_of(name);
    if (!std::ranges::all_of(characters, is_seen) || kind_of(characters.front()) == CharacterKind::mark) {
        fail(Status::ERR_INVALID_ARGUMENT, "{} may not hold characters that nobody sees, or that are none",
             what);
    }
    return name;
}

std::string fold_name(std::string_view text) {
    if (!is_utf8(text)) return std::string(text);
    auto characters = characters_of(text);
    for (auto& character : characters) {
        if (kind_of(character) == CharacterKind::space) character = U' ';
    }
    return to_nfc(to_utf8(characters));
}

}  // namespace myqsec::access
