// The one check of an Ed25519 signature that Botan 2.19 leaves out.
#pragma once

#include <algorithm>

#include "base/bytes.hpp"

namespace myqsec::crypto {

/// Whether the second half of a signature, S, is below the group's order L, as RFC 8032 §5.1.7 demands.
/// Without it anyone can make a second valid signature of a message by adding L.
[[nodiscard]] inline bool has_canonical_scalar(std::span<const std::uint8_t, 64> signature) {
    constexpr ByteArray<32> order{// 2^252 + 27742317777372353535851937790883648493, little-endian
                                  0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7,
                                  0xa2, 0xde, 0xf9, 0xde, 0x14, 0,    0,    0,    0,    0,    0,
                                  0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10};
    const auto scalar = signature.last<32>();
    return std::lexicographical_compare(scalar.rbegin(), scalar.rend(), order.rbegin(), order.rend());
}

}  // namespace myqsec::crypto
