// Authenticated encryption of database pages, many per key, fast: nonces are 192 bits, made of a random
// prefix per opening, random bits of each page's own and a counter.
#pragma once

#include <memory>

#include "base/bytes.hpp"
#include "crypto/secret.hpp"

namespace myqsec::crypto {

enum class PageSuite : std::uint8_t {
    xaes_256_gcm = 0,        ///< C2SP XAES-256-GCM; for CPUs with AES instructions
    xchacha20_poly1305 = 1,  ///< for all others
    /// The same two with the page as associated data: authentic, but readable by anyone who has the file.
    xaes_256_gcm_readable = 2,
    xchacha20_poly1305_readable = 3,
};

inline constexpr std::uint8_t page_suites = 4;

[[nodiscard]] constexpr bool is_encrypted(PageSuite suite) noexcept {
    return suite < PageSuite::xaes_256_gcm_readable;
}

/// The faster suite on this CPU, with or without encryption.
[[nodiscard]] PageSuite preferred_page_suite(bool encrypted = true) noexcept;

/// Seals and opens pages under one 32-byte key. Not thread-safe: one object per file handle. Security:
/// IND-CCA2 for up to 2^32 objects of up to 2^32 pages each; the nonce is bytes 0–11 random per object, 12–19
/// random per page, 20–23 a counter. The page's own are drawn when its text is fixed: of a virtual machine
/// that is resumed twice, both seal one text, or under different nonces. A forked child draws a new prefix.
class PageCipher {
 public:
    static constexpr std::size_t nonce_size = 24;
    static constexpr std::size_t tag_size = 16;
    /// What a sealed page carries behind its ciphertext: nonce 24 ‖ tag 16.
    static constexpr std::size_t trailer_size = nonce_size + tag_size;

    PageCipher(PageSuite suite, const Secret& key);
    ~PageCipher();
    PageCipher(PageCipher&&) noexcept;
    PageCipher& operator=(PageCipher&&) noexcept;

    /// Encrypts `text` in place, unless the suite is a readable one, and writes nonce and tag to `trailer`.
    void seal(ByteView associated, ByteSpan text, std::span<std::uint8_t, trailer_size> trailer);

    /// Decrypts `text` in place; false, with `text` wiped, if it does not authenticate.
    [[nodiscard]] bool open(ByteView associated, ByteSpan text,
                            std::span<const std::uint8_t, trailer_size> trailer);

 private:
    struct State;
    std::unique_ptr<State> state_;
};

/// XAES-256-GCM's key derivation (C2SP): the AES-256-GCM key for a 24-byte nonce, whose last 12 bytes are
/// GCM's.
[[nodiscard]] Secret xaes_256_gcm_subkey(const Secret& key, std::span<const std::uint8_t, 24> nonce);

}  // namespace myqsec::crypto
