// The numbers and labels of the container format, version 2. docs/formats/container.md is the format's page.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.hpp"
#include "crypto/container/container.hpp"
#include "crypto/in_place_aead.hpp"

namespace myqsec::crypto::container_format {

inline constexpr std::string_view magic = "MYQSECJC";
inline constexpr std::uint8_t version = 2;
inline constexpr std::uint8_t chunk_size_log2 = 16;
static_assert(container_chunk == std::size_t{1} << chunk_size_log2);

// A header slot: fixed fields, stanzas, zeros up to the MAC, MAC.
inline constexpr std::size_t slot_size = 8192;
inline constexpr std::size_t mac_size = 32;
inline constexpr std::size_t mac_offset = slot_size - mac_size;
inline constexpr std::size_t stanzas_offset = 104;
inline constexpr std::size_t stanza_space = mac_offset - stanzas_offset;
static_assert(2 * slot_size == container_header_area);

// What stands on disk behind a chunk's text: the random part of its nonce, and its tag.
inline constexpr std::size_t random_size = 8;
inline constexpr std::size_t chunk_overhead = random_size + aead_tag_size;
inline constexpr std::size_t sealed_chunk = container_chunk + chunk_overhead;

enum class StanzaType : std::uint16_t { local = 1, rsa_oaep = 2, ecdh = 3 };

// HKDF's info: one label a purpose, followed by the suite's byte.
inline constexpr std::string_view payload_label = "myqsec container v2 payload key";
inline constexpr std::string_view mac_label = "myqsec container v2 header mac key";
inline constexpr std::string_view commitment_label = "myqsec container v2 key commitment";
// Followed by the ephemeral point, the recipient's point, and the certificate's fingerprint.
inline constexpr std::string_view ecdh_label = "myqsec container v2 ecdh wrapping key";
// Followed by the container's id and the last flag; authenticated with every chunk.
inline constexpr std::string_view chunk_label = "myqsec container v2 chunk";

}  // namespace myqsec::crypto::container_format
