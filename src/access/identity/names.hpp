// What people type, and present at a reader: its limits, its one spelling, and the keyed hashes by which
// names, cards and PINs are found without being stored.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/hash.hpp"
#include "storage/vault.hpp"

namespace myqsec::access {

/// What a hash is for; hashes of the same text in two domains have nothing in common.
struct LookupDomain {
    std::string_view name;
    storage::LookupKind kind;  ///< of its keys
};
namespace lookup_domain {
inline constexpr LookupDomain user_name{"user-name", storage::LookupKind::name};
inline constexpr LookupDomain card{"card", storage::LookupKind::credential};
inline constexpr LookupDomain pin_alone{"pin-alone", storage::LookupKind::credential};
inline constexpr LookupDomain pin_of_user{"pin-of-user", storage::LookupKind::credential};
inline constexpr LookupDomain nobodys_account{"nobodys-account", storage::LookupKind::credential};
inline constexpr LookupDomain source_tag{"source-tag", storage::LookupKind::credential};
}  // namespace lookup_domain

struct LookupHash {
    crypto::Digest hash{};
    std::uint32_t key_version = 0;

    bool operator==(const LookupHash&) const = default;
};

/// HMAC-SHA-256 under a look-up key, and under the newest one. For what the hash finds to be of the same
/// state, the caller has a transaction or a snapshot.
[[nodiscard]] LookupHash lookup_hash(const storage::LookupKey& key, const LookupDomain& domain,
                                     std::string_view text);
[[nodiscard]] LookupHash lookup_hash(storage::Vault& vault, const LookupDomain& domain,
                                     std::string_view text);
/// The same under each key that there is, the newest first: what is hashed anew when it is presented may
/// still be kept under an earlier one.
[[nodiscard]] std::vector<LookupHash> lookup_hashes(storage::Vault& vault, const LookupDomain& domain,
                                                    std::string_view text);
/// Under a key of the keystore that does not rotate: of what is no name, card or PIN.
[[nodiscard]] crypto::Digest lasting_hash(const storage::Keystore& keystore, std::string_view domain,
                                          std::string_view text);

/// The one spelling of a card, however a reader or a list writes it: without framing (STX, ETX, CR, LF),
/// separators (blanks, tabs, ':', '-') and the 0x before hexadecimal digits; ASCII letters in upper case.
/// Throws ERR_INVALID_ARGUMENT unless 4 to 128 bytes of text are left.
[[nodiscard]] std::string normalise_card(std::string_view card);

inline constexpr std::size_t max_name = 255;
inline constexpr std::size_t max_notes = 4000;
/// What is typed may be so many times as long as its one spelling; what is longer is looked at no further.
inline constexpr std::size_t longest_spelling = 8;

/// The text in NFC: well-formed UTF-8 of at most `limit` bytes that holds no controls and nothing else that
/// falsifies what is around it, or ERR_INVALID_ARGUMENT. `what` opens the sentence.
[[nodiscard]] std::string prepared_text(std::string_view what, std::string_view text,
                                        std::size_t limit = max_name);
/// The one spelling of a free-form name by which something is addressed: the same, with blanks of all kinds
/// as U+0020. Throws ERR_INVALID_ARGUMENT if it is empty, begins or ends with a blank, or holds what nobody
/// sees or what is no character: two names that look alike are one.
[[nodiscard]] std::string prepared_name(std::string_view what, std::string_view text,
                                        std::size_t limit = max_name);
/// What such a name is found by, whether or not anything could be given it.
[[nodiscard]] std::string fold_name(std::string_view text);

}  // namespace myqsec::access
