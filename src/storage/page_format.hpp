// The layout of an encrypted database page. docs/formats/database.md is the format's page.
#pragma once

#include <algorithm>

#include "base/bytes.hpp"
#include "crypto/page_cipher.hpp"

namespace myqsec::storage {

inline constexpr std::size_t page_size = 4096;
/// SQLite leaves this much of every page to us: nonce and tag.
inline constexpr std::size_t page_reserve = crypto::PageCipher::trailer_size;
inline constexpr std::size_t page_body = page_size - page_reserve;

/// The first bytes of page 1, in clear: magic 7 ‖ version and suite 1 ‖ database id 8. They stand where
/// SQLite keeps a constant string, so nothing is lost.
inline constexpr std::size_t clear_header_size = 16;
inline constexpr std::string_view database_magic = "MYQSEDB";
inline constexpr std::uint8_t format_version = 1;

using DatabaseId = ByteArray<8>;
using PageTrailer = std::span<std::uint8_t, page_reserve>;
using ConstPageTrailer = std::span<const std::uint8_t, page_reserve>;

/// What tells this database's pages from any other's.
struct DatabaseIdentity {
    crypto::PageSuite suite = crypto::PageSuite::xaes_256_gcm;
    DatabaseId id{};
};

/// magic ‖ version (high nibble) and suite (low nibble) ‖ database id: opens page 1, a WAL slot, and all AAD.
inline void store_format_tag(std::uint8_t* to, std::string_view magic, const DatabaseIdentity& identity) {
    to = std::copy(magic.begin(), magic.end(), to);
    *to++ = static_cast<std::uint8_t>((format_version << 4) | static_cast<std::uint8_t>(identity.suite));
    std::copy(identity.id.begin(), identity.id.end(), to);
}

}  // namespace myqsec::storage
