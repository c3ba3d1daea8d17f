#include "audit/signing/signed_note.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"

namespace myqsec::audit {

namespace {

constexpr std::uint8_t ed25519_type = 0x01;
constexpr std::string_view signature_start = "\u2014 ";  // EM DASH
constexpr std::size_t id_size = 4;

bool is_key_name(std::string_view name) {
    return !name.empty() && is_utf8(name) && std::ranges::none_of(name, [](char c) {
        return static_cast<unsigned char>(c) <= ' ' || c == '+';
    });
}

Bytes typed(const crypto::VerifyingKey& key) {
    return ByteWriter().integer(ed25519_type).raw(key).take();
}

/// The line at the front, without its line feed; nothing if none ends here.
std::optional<std::string_view> take_line(std::string_view& rest) {
    const auto end = rest.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    const auto line = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    return line;
}

std::optional<NoteSignature> parse_signature(std::string_view line) {
    line.remove_prefix(signature_start.size());
    const auto space = line.find(' ');
    if (space == std::string_view::npos || !is_key_name(line.substr(0, space))) return std::nullopt;
    const auto bytes = from_base64(line.substr(space + 1));
    if (!bytes || bytes->size() <= id_size) return std::nullopt;
    return NoteSignature{std::string(line.substr(0, space)), load_be<std::uint32_t>(bytes->data()),
                         Bytes(bytes->begin() + id_size, bytes->end())};
}

}  // namespace

std::uint32_t NoteKey::id() const {
    constexpr std::uint8_t line_feed[] = {'\n'};
    const auto digest = crypto::Sha256().update(as_bytes(name)).update(line_feed).update(typed(key)).final();
    return load_be<std::uint32_t>(digest.data());
}

std::string NoteKey::text() const {
    return fmt::format("{}+{:08x}+{}", name, id(), to_base64(typed(key)));
}

std::optional<NoteKey> NoteKey::parse(std::string_view text) {
    // Base64 has plus signs of its own, a name has none.
    const auto first = text.find('+');
    const auto second = first == std::string_view::npos ? first : text.find('+', first + 1);
    if (second == std::string_view::npos) return std::nullopt;
    const auto bytes = from_base64(text.substr(second + 1));
    NoteKey key{std::string(text.substr(0, first)), {}};
    if (!bytes || bytes->size() != 1 + key.key.size() || !is_key_name(key.name)) return std::nullopt;
    std::copy(bytes->begin() + 1, bytes->end(), key.key.begin());
    return key.text() == text && crypto::is_sound_key(key.key) ? std::optional(key) : std::nullopt;
}

bool is_note_text(std::string_view text) {
    if (text.empty() || text.front() == '\n' || text.back() != '\n' || !is_utf8(text)) return false;
    if (text.find("\n\n") != std::string_view::npos) return false;
    return std::ranges::none_of(text,
                                [](char c) { return c != '\n' && static_cast<unsigned char>(c) < ' '; });
}

std::string SignedNote::encode() const {
    auto out = text + '\n';
    for (const auto& line : signatures) {
        const auto bytes = ByteWriter().integer(line.key_id).raw(line.signature).take();
        out += fmt::format("{}{} {}\n", signature_start, line.name, to_base64(bytes));
    }
    return out;
}

bool SignedNote::is_signed_by(const NoteKey& key) const {
    const auto line = std::ranges::find_if(signatures, [&, id = key.id()](const NoteSignature& each) {
        return each.name == key.name && each.key_id == id;
    });
    crypto::Signature signature{};
    if (line == signatures.end() || line->signature.size() != signature.size()) return false;
    std::ranges::copy(line->signature, signature.begin());
    return crypto::verify_signature(key.key, as_bytes(text), signature);
}

SignedNote note_of(std::string text, const NoteKey& key, const crypto::Signature& signature) {
    return {std::move(text), {{key.name, key.id(), copy_of(signature)}}};
}

SignedNote sign_note(std::string text, const std::string& name, crypto::SigningKey& key) {
    if (!is_note_text(text) || !is_key_name(name))
        fail(Status::ERR_INTERNAL, "a text that is no note was to be signed");
    const auto signature = key.sign(as_bytes(text));
    return note_of(std::move(text), {name, key.verifying_key()}, signature);
}

std::optional<SignedNote> take_note(std::string_view& rest) {
    const auto end = rest.find("\n\n");
    if (end == std::string_view::npos) return std::nullopt;
    SignedNote note;
    note.text = rest.substr(0, end + 1);
    if (!is_note_text(note.text)) return std::nullopt;
    auto behind = rest.substr(end + 2);
    do {
        const auto line = behind.starts_with(signature_start) ? take_line(behind) : std::nullopt;
        auto signature = line ? parse_signature(*line) : std::nullopt;
        if (!signature) return std::nullopt;
        note.signatures.push_back(std::move(*signature));
    } while (behind.starts_with(signature_start));
    rest = behind;
    return note;
}

}  // namespace myqsec::audit
