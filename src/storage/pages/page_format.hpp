// The layout of an encrypted database page, and which pages of a file have which form.
// docs/formats/database.md is the format's page.
#pragma once

#include <algorithm>
#include <optional>

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

/// The suite in a format tag's last byte before the id; nothing if there is none of that number.
constexpr std::optional<crypto::PageSuite> suite_in(std::uint8_t version_and_suite) {
    const std::uint8_t suite = version_and_suite & 15;
    if (suite >= crypto::page_suites) return std::nullopt;
    return static_cast<crypto::PageSuite>(suite);
}

using Page = std::span<std::uint8_t, page_size>;

/// What is remembered of a sealed page: the first 8 bytes of its tag.
inline constexpr std::size_t page_mark_offset = page_size - crypto::PageCipher::tag_size;
inline crypto::PageMark mark_of(std::span<const std::uint8_t, page_size> sealed) {
    return load_be<std::uint64_t>(sealed.data() + page_mark_offset);
}

/// All the same form, or, while the file is converted, two: pages 1 … done have the form `to`, later ones
/// `from`; the log always has `to`. Not converting: both are the same.
struct PageForms {
    PageForm to;
    PageForm from;
    std::uint32_t done = 0;

    [[nodiscard]] bool converting() const { return to != from; }
    [[nodiscard]] const PageForm& of(std::uint32_t page) const { return page <= done ? to : from; }
    bool operator==(const PageForms&) const = default;
};

/// What a header slot of the log says of the database file at the beginning of its generation.
struct BaseState {
    crypto::PageSum sum{};    ///< over the file's pages
    std::uint32_t pages = 0;  ///< how many there are
    PageForms forms;
    std::uint64_t counter = 0;  ///< the outside counter's value that this state asks for
    bool operator==(const BaseState&) const = default;
};

}  // namespace myqsec::storage
