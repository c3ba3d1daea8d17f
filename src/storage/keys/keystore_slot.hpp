// One slot of the keystore file, as bytes. docs/formats/keystore.md is the format's page; writer and reader
// mirror each other.
#pragma once

#include <optional>

#include "base/bytes.hpp"
#include "crypto/secret.hpp"
#include "storage/keys/opening.hpp"

namespace myqsec::storage {

inline constexpr std::size_t keystore_slot_size = 4096;
inline constexpr std::size_t keystore_pairs = 2;  ///< of slots; epoch e has its root in pair e mod 2
inline constexpr std::size_t keystore_slots = 2 * keystore_pairs;
inline constexpr std::size_t keystore_file_size = keystore_slots * keystore_slot_size;
inline constexpr std::size_t keystore_secret_size = 2048;  ///< padded, so that the size tells nothing

/// What a slot says in the clear, and the record that only the root key opens.
struct KeystoreSlot {
    std::uint64_t sequence = 0;
    Opening opening;  ///< in which it was written
    ByteArray<16> instance_id{};
    std::uint8_t provider_kind = 0;
    Bytes provider_blob;
    Bytes sealed;
};

/// When a pair of slots was written.
struct KeystoreWriting {
    std::uint64_t sequence = 0;
    Opening opening;

    bool operator==(const KeystoreWriting&) const = default;
};

/// Seals `secret` (keystore_secret_size bytes) under the root key into a whole slot.
[[nodiscard]] Bytes write_slot(const KeystoreSlot& clear, const crypto::Secret& root_key,
                               const crypto::Secret& secret);

/// Nothing if the slot is damaged: short, or its checksum differs. Throws ERR_NEWER_VERSION, and
/// ERR_CORRUPT for an older version.
[[nodiscard]] std::optional<KeystoreSlot> read_slot(ByteView bytes);

/// Throws ERR_WRONG_KEY: the slot is undamaged, so it is the root key that does not fit.
[[nodiscard]] crypto::Secret open_slot(const KeystoreSlot& slot, const crypto::Secret& root_key);

}  // namespace myqsec::storage
