// Signed notes (C2SP signed-note): a text, an empty line, and lines that sign it with Ed25519.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/hash.hpp"
#include "crypto/public_key/signing.hpp"

namespace myqsec::audit {

/// Who signs: a name, and a public key. Its text form is C2SP's "vkey".
struct NoteKey {
    std::string name;
    crypto::VerifyingKey key{};

    /// SHA-256(name ‖ "\n" ‖ 0x01 ‖ key), its first four bytes.
    [[nodiscard]] std::uint32_t id() const;
    /// name+hex(id)+base64(0x01 ‖ key)
    [[nodiscard]] std::string text() const;
    /// Nothing unless it is exactly what text() writes, and a sound key.
    [[nodiscard]] static std::optional<NoteKey> parse(std::string_view text);
    bool operator==(const NoteKey&) const = default;
};

/// A line that signs a text; the key itself is not in a note.
struct NoteSignature {
    std::string name;
    std::uint32_t key_id = 0;
    Bytes signature;  ///< other kinds of keys, such as those of witnesses, make them longer than ours
};

/// True if the text may be signed: UTF-8 lines, each ended, none of them empty, no control characters.
[[nodiscard]] bool is_note_text(std::string_view text);

struct SignedNote {
    std::string text;  ///< what is signed, with its last line feed
    std::vector<NoteSignature> signatures;

    /// The note as it is handed out.
    [[nodiscard]] std::string encode() const;
    /// By the first line of that name and key. Lines of other keys count for nothing, and against nothing.
    [[nodiscard]] bool is_signed_by(const NoteKey& key) const;
};

/// What `key` signed, in the form of a note.
[[nodiscard]] SignedNote note_of(std::string text, const NoteKey& key, const crypto::Signature& signature);
[[nodiscard]] SignedNote sign_note(std::string text, const std::string& name, crypto::SigningKey& key);

/// Takes the first note off the front of `rest`. Nothing, and `rest` untouched, if there is none well-formed.
/// Its signatures are one or more lines, each well-formed: a log's own, and perhaps those of witnesses.
[[nodiscard]] std::optional<SignedNote> take_note(std::string_view& rest);

}  // namespace myqsec::audit
