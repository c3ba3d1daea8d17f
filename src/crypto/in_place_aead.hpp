// An AEAD cipher under one key that works in the caller's buffer: no copy of the bulk, no allocation a
// message. Internal to this folder: it is the one place that takes nonces.
#pragma once

#include <memory>
#include <string_view>
#include <utility>

#include "base/bytes.hpp"

namespace myqsec::crypto {

inline constexpr std::size_t aead_tag_size = 16;
inline constexpr std::string_view aes_256_gcm = "AES-256/GCM";  ///< NIST SP 800-38D; nonces of 12 bytes
/// RFC 8439 with nonces of 12 bytes, XChaCha20 (draft-irtf-cfrg-xchacha-03) with nonces of 24.
inline constexpr std::string_view chacha20_poly1305 = "ChaCha20Poly1305";

/// One key, one direction, as the library that runs the cipher has it.
class AeadSealing {
 public:
    virtual ~AeadSealing() = default;
    virtual void seal(ByteView nonce, ByteView associated, ByteSpan text, std::uint8_t* tag) = 0;
};

class AeadOpening {
 public:
    virtual ~AeadOpening() = default;
    virtual bool open(ByteView nonce, ByteView associated, ByteSpan text, const std::uint8_t* tag) = 0;
};

// The providers give the same bytes. Botan has every algorithm; OpenSSL, where a build has libcrypto, runs
// AES-256-GCM two to three times as fast, and gives null for all else.
[[nodiscard]] std::unique_ptr<AeadSealing> botan_sealing(std::string_view algorithm, ByteView key);
[[nodiscard]] std::unique_ptr<AeadOpening> botan_opening(std::string_view algorithm, ByteView key);
[[nodiscard]] std::unique_ptr<AeadSealing> openssl_sealing(std::string_view algorithm, ByteView key);
[[nodiscard]] std::unique_ptr<AeadOpening> openssl_opening(std::string_view algorithm, ByteView key);

class AeadSealer {
 public:
    AeadSealer(std::string_view algorithm, ByteView key);  ///< by this build's fastest provider
    explicit AeadSealer(std::unique_ptr<AeadSealing> by) : by_(std::move(by)) {}
    /// Encrypts `text` in place and writes 16 bytes to `tag`, which may directly follow it.
    void seal(ByteView nonce, ByteView associated, ByteSpan text, std::uint8_t* tag) {
        by_->seal(nonce, associated, text, tag);
    }

 private:
    std::unique_ptr<AeadSealing> by_;
};

class AeadOpener {
 public:
    AeadOpener(std::string_view algorithm, ByteView key);
    explicit AeadOpener(std::unique_ptr<AeadOpening> by) : by_(std::move(by)) {}
    /// Decrypts `text` in place; false, with `text` wiped, if it does not authenticate.
    [[nodiscard]] bool open(ByteView nonce, ByteView associated, ByteSpan text, const std::uint8_t* tag) {
        return by_->open(nonce, associated, text, tag);
    }

 private:
    std::unique_ptr<AeadOpening> by_;
};

/// True where AES runs on instructions of its own (then carry-less multiplication, for GCM, does too).
[[nodiscard]] bool cpu_has_fast_aes() noexcept;

}  // namespace myqsec::crypto
