// What is derived from a container's file key: HKDF-SHA-256(file key, the header's salt, label ‖ suite).
#pragma once

#include "crypto/container/container.hpp"
#include "crypto/hash.hpp"
#include "crypto/secret.hpp"

namespace myqsec::crypto {

inline constexpr std::size_t file_key_size = 32;

struct ContainerKeys {
    Secret payload;
    Secret header_mac;
    Bytes nonce_prefix;  ///< 7 bytes for AES-256-GCM, 19 for XChaCha20-Poly1305
    Digest commitment{};
};

[[nodiscard]] ContainerKeys derive_container_keys(const Secret& file_key, ByteView salt,
                                                  ContainerSuite suite);

}  // namespace myqsec::crypto
