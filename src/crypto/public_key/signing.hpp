// Ed25519 (RFC 8032): signatures of 64 bytes by keys that are made from 32 random bytes.
#pragma once

#include <algorithm>
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

/// False for a key of small order, for which one signature is valid for every message, and for one in another
/// spelling than RFC 8032 §5.1.3 allows. No honest signer has either.
[[nodiscard]] bool is_sound_key(const VerifyingKey& key);

/// False for a wrong signature, and for a key that is no point of the curve, or not sound.
[[nodiscard]] bool verify_signature(const VerifyingKey& key, ByteView message, const Signature& signature);

/// The one check that Botan 2.19 leaves out: whether the second half of a signature, S, is below the group's
/// order L, as RFC 8032 §5.1.7 demands. Without it anyone can make a second valid signature of a message by
/// adding L.
[[nodiscard]] inline bool has_canonical_scalar(std::span<const std::uint8_t, 64> signature) {
    constexpr ByteArray<32> order{// 2^252 + 27742317777372353535851937790883648493, little-endian
                                  0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7,
                                  0xa2, 0xde, 0xf9, 0xde, 0x14, 0,    0,    0,    0,    0,    0,
                                  0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10};
    const auto scalar = signature.last<32>();
    return std::lexicographical_compare(scalar.rbegin(), scalar.rend(), order.rbegin(), order.rend());
}

}  // namespace myqsec::crypto
