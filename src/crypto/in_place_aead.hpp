// An AEAD cipher under one key that works in the caller's buffer: no copy of the bulk, no allocation a
// message. Internal to this folder: it is the one place that takes nonces.
#pragma once

#include <memory>
#include <string_view>

#include <botan/aead.h>

#include "base/bytes.hpp"
#include "crypto/secret.hpp"

namespace myqsec::crypto {

inline constexpr std::size_t aead_tag_size = 16;
inline constexpr std::string_view aes_256_gcm = "AES-256/GCM";  ///< NIST SP 800-38D; nonces of 12 bytes
/// RFC 8439 with nonces of 12 bytes, XChaCha20 (draft-irtf-cfrg-xchacha-03) with nonces of 24.
inline constexpr std::string_view chacha20_poly1305 = "ChaCha20Poly1305";

class AeadSealer {
 public:
    AeadSealer(std::string_view algorithm, ByteView key);
    /// Encrypts `text` in place and writes 16 bytes to `tag`, which may directly follow it.
    void seal(ByteView nonce, ByteView associated, ByteSpan text, std::uint8_t* tag);

 private:
    std::unique_ptr<Botan::AEAD_Mode> mode_;
    Botan::secure_vector<std::uint8_t> tail_;
};

class AeadOpener {
 public:
    AeadOpener(std::string_view algorithm, ByteView key);
    /// Decrypts `text` in place; false, with `text` wiped, if it does not authenticate.
    [[nodiscard]] bool open(ByteView nonce, ByteView associated, ByteSpan text, const std::uint8_t* tag);

 private:
    std::unique_ptr<Botan::AEAD_Mode> mode_;
    Botan::secure_vector<std::uint8_t> tail_;
};

}  // namespace myqsec::crypto
