// One header slot of a container: what it says, and its form in bytes. Nothing here decides which slot
// counts.
#pragma once

#include <vector>

#include "base/bytes.hpp"
#include "crypto/container/container.hpp"
#include "crypto/hash.hpp"
#include "crypto/secret.hpp"

namespace myqsec::crypto {

/// One way to the file key. The type is a number, not StanzaType: unknown ones are kept and skipped.
struct Stanza {
    std::uint16_t type = 0;
    Bytes body;
};

struct ContainerHeader {
    ContainerSuite suite{};
    std::uint64_t sequence = 0;
    ContainerId id{};
    ByteArray<32> salt{};
    Digest commitment{};
    std::vector<Stanza> stanzas;
};

/// The slot's bytes, MAC included. Throws ERR_LIMIT if the stanzas do not fit.
[[nodiscard]] Bytes encode_slot(const ContainerHeader& header, const Secret& mac_key);

enum class SlotState : std::uint8_t { readable, damaged, newer_version };

struct ParsedSlot {
    SlotState state = SlotState::damaged;
    ContainerHeader header;
    Bytes bytes;  ///< for the MAC, which can be checked only once a stanza has opened
};

/// Checks the form only: nothing of it may be trusted before slot_authenticates().
[[nodiscard]] ParsedSlot parse_slot(ByteView slot);

[[nodiscard]] bool slot_authenticates(const ParsedSlot& slot, const Secret& mac_key);

inline constexpr std::size_t file_key_size = 32;

/// What is derived from the file key: HKDF-SHA-256(file key, the header's salt, label ‖ suite).
struct ContainerKeys {
    Secret payload;
    Secret header_mac;
    Digest commitment{};
};

[[nodiscard]] ContainerKeys derive_container_keys(const Secret& file_key, ByteView salt,
                                                  ContainerSuite suite);

}  // namespace myqsec::crypto
