// Ed25519 (RFC 8032): signatures of 64 bytes by keys that are made from 32 random bytes.
#pragma once

#include <memory>

#include "base/bytes.hpp"
#include "crypto/secret.hpp"

namespace myqsec::crypto {

using VerifyingKey = ByteArray<32>;
using Signature = ByteArray<64>;

/// Not thread-safe.
class SigningKey {
 public:
    /// `seed` is the private key of RFC 8032 §5.1.5, 32 bytes.
    explicit SigningKey(const Secret& seed);
    SigningKey(SigningKey&&) noexcept;
    SigningKey& operator=(SigningKey&&) noexcept;
    ~SigningKey();

    [[nodiscard]] const VerifyingKey& verifying_key() const;
    [[nodiscard]] Signature sign(ByteView message);

 private:
    struct State;
    std::unique_ptr<State> state_;
};

/// False for a wrong signature, and for a key that is no point of the curve.
[[nodiscard]] bool verify_signature(const VerifyingKey& key, ByteView message, const Signature& signature);

}  // namespace myqsec::crypto
