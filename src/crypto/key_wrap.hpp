// AES-256 key wrap with padding (KWP, RFC 5649, SP 800-38F §6.3): keys under keys, deterministic, no nonce.
#pragma once

#include <optional>

#include "base/bytes.hpp"
#include "crypto/secret.hpp"

namespace myqsec::crypto {

inline constexpr std::size_t wrapped_key_size = 40;  ///< of a 32-byte key

/// `wrapping_key` has 32 bytes.
[[nodiscard]] Bytes wrap_key(const Secret& wrapping_key, const Secret& key);

/// Empty if `wrapped` was not made under `wrapping_key`.
[[nodiscard]] std::optional<Secret> unwrap_key(const Secret& wrapping_key, ByteView wrapped);

}  // namespace myqsec::crypto
