// Personal fields (names, titles, addresses …) are stored only sealed under their person's key.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "crypto/aead.hpp"
#include "crypto/secret.hpp"

namespace myqsec::storage {

/// Seals a UTF-8 text under a person's key. `field` names table, column and row ("user.full_name:17"), and is
/// authenticated: a value can't be moved to another place. Lengths are padded to 32 bytes.
[[nodiscard]] Bytes seal_field(const crypto::Secret& person_key, std::string_view field,
                               std::string_view text);

/// Opens what is sealed under one person's key: several fields at less cost each.
class PersonalFields {
 public:
    explicit PersonalFields(const crypto::Secret& person_key) : opener_(person_key) {}
    /// Throws ERR_CORRUPT. An empty blob is an empty text.
    [[nodiscard]] std::string open(std::string_view field, ByteView sealed);

 private:
    crypto::RecordOpener opener_;
};

/// One of them.
[[nodiscard]] std::string open_field(const crypto::Secret& person_key, std::string_view field,
                                     ByteView sealed);

}  // namespace myqsec::storage
