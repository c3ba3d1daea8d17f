// Hashes, MACs and key derivation: SHA-256 (FIPS 180-4), HMAC (FIPS 198-1), HKDF (RFC 5869).
#pragma once

#include <initializer_list>
#include <memory>

#include "base/bytes.hpp"
#include "crypto/secret.hpp"

namespace myqsec::crypto {

using Digest = ByteArray<32>;

[[nodiscard]] Digest sha256(ByteView bytes);

/// Streaming SHA-256.
class Sha256 {
 public:
    Sha256();
    ~Sha256();
    Sha256(Sha256&&) noexcept;
    Sha256& operator=(Sha256&&) noexcept;
    Sha256& update(ByteView bytes);
    /// Returns the digest and starts over.
    Digest final();

 private:
    struct State;
    std::unique_ptr<State> state_;
};

[[nodiscard]] Digest hmac_sha256(ByteView key, ByteView message);
/// Of the parts one behind the other.
[[nodiscard]] Digest hmac_sha256(ByteView key, std::initializer_list<ByteView> parts);

/// HKDF-SHA-256, extract and expand.
[[nodiscard]] Secret hkdf_sha256(ByteView key, ByteView salt, ByteView info, std::size_t size);

}  // namespace myqsec::crypto
