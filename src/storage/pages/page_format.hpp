// The layout of an encrypted database page. docs/formats/database.md is the format's page.
#pragma once

#include <algorithm>

#include "base/bytes.hpp"
#include "crypto/page_cipher.hpp"
#include "crypto/page_digest.hpp"

namespace myqsec::storage {

inline constexpr std::size_t page_size = 4096;
/// SQLite leaves this much of every page to us: nonce and tag.
inline constexpr std::size_t page_reserve = crypto::PageCipher::trailer_size;
inline constexpr std::size_t page_body = page_size - page_reserve;

/// The first bytes of page 1, in clear: magic 7 ‖ version and suite 1 ‖ database id 8. They stand where
/// SQLite keeps a constant string, so nothing is lost.
inline constexpr std::size_t clear_header_size = 16;
inline constexpr std::string_view database_magic = "MYQSEDB";
inline constexpr std::uint8_t format_version = 3;

/// The page SQLite keeps for its locks, at 1 GiB, is never written.
inline constexpr std::uint32_t lock_page = 0x40000000 / page_size + 1;

using DatabaseId = ByteArray<8>;

/// How pages are sealed: by which cipher, under which version of the database's key.
struct PageForm {
    crypto::PageSuite suite = crypto::PageSuite::xaes_256_gcm;
    std::uint32_t key_version = 1;
    bool operator==(const PageForm&) const = default;
};

/// What tells a database's units of one form from all others.
struct DatabaseIdentity {
    DatabaseId id{};
    bool operator==(const DatabaseIdentity&) const = default;
};

/// magic ‖ version (high nibble) and suite (low nibble) ‖ database id: opens page 1, a WAL slot, and all AAD.
inline void store_format_tag(std::uint8_t* to, std::string_view magic, const DatabaseIdentity& identity,
                             crypto::PageSuite suite) {
    to = std::copy(magic.begin(), magic.end(), to);
    *to++ = static_cast<std::uint8_t>((format_version << 4) | static_cast<std::uint8_t>(suite));
    std::copy(identity.id.begin(), identity.id.end(), to);
}

using Page = std::span<std::uint8_t, page_size>;

/// What is remembered of a sealed page: the first 8 bytes of its tag.
inline constexpr std::size_t page_mark_offset = page_size - crypto::PageCipher::tag_size;
inline crypto::PageMark mark_of(std::span<const std::uint8_t, page_size> sealed) {
    return load_be<std::uint64_t>(sealed.data() + page_mark_offset);
}

}  // namespace myqsec::storage
