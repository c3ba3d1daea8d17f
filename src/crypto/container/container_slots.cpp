#include "crypto/container/container_slots.hpp"

#include "base/error.hpp"
#include "crypto/container/container_format.hpp"
#include "crypto/container/container_stanza.hpp"

namespace myqsec::crypto {

namespace format = container_format;

namespace {

using Slots = std::array<ParsedSlot, 2>;

Slots parse_slots(ByteView area) {
    if (area.size() != container_header_area)
        fail(Status::ERR_CORRUPT, "a container is shorter than its header");
    return {parse_slot(area.first(format::slot_size)), parse_slot(area.subspan(format::slot_size))};
}

void expect_readable(const Slots& slots) {
    bool newer = false;
    for (const ParsedSlot& slot : slots) {
        if (slot.state == SlotState::readable) return;
        newer |= slot.state == SlotState::newer_version;
    }
    if (newer) fail(Status::ERR_NEWER_VERSION, "a container was written by a newer version of this library");
    fail(Status::ERR_CORRUPT, "this is not a container, or both copies of its header are damaged");
}

/// Tries one slot's stanzas. The commitment makes the key the only one that fits this header.
std::optional<OpenedHeader> open_with_slot(const ParsedSlot& slot, const Identity& identity) {
    if (slot.state != SlotState::readable) return {};
    auto file_key = unwrap_file_key(slot.header.stanzas, identity, slot.header.salt);
    if (!file_key) return {};
    OpenedHeader opened;
    opened.keys = derive_container_keys(*file_key, slot.header.salt, slot.header.suite);
    opened.file_key = std::move(*file_key);
    return opened;
}

/// Authenticates both slots under the key that one of them gave, and takes the newest authentic one.
bool authenticate(OpenedHeader& opened, const Slots& slots) {
    const ParsedSlot* newest = nullptr;
    for (std::size_t i = 0; i < slots.size(); ++i) {
        const ParsedSlot& slot = slots[i];
        opened.authentic[i] = slot_authenticates(slot, opened.keys.header_mac) &&
                              equal_constant_time(slot.header.commitment, opened.keys.commitment);
        if (!opened.authentic[i]) continue;
        if (newest == nullptr || slot.header.sequence > newest->header.sequence) newest = &slot;
    }
    if (newest == nullptr) return false;
    opened.header = newest->header;
    return true;
}

}  // namespace

OpenedHeader open_header(ByteView area, const Identity& identity,
                         const std::optional<ContainerId>& expected) {
    const Slots slots = parse_slots(area);
    expect_readable(slots);
    bool any_key = false;
    bool swapped = false;
    for (const ParsedSlot& slot : slots) {
        auto opened = open_with_slot(slot, identity);
        if (!opened) continue;
        any_key = true;
        if (!authenticate(*opened, slots)) continue;
        if (!expected || opened->header.id == *expected) return std::move(*opened);
        swapped = true;  // the other slot may still be the right container's
    }
    if (swapped) fail(Status::ERR_CORRUPT, "a container is another one than expected: files were swapped");
    if (any_key) fail(Status::ERR_CORRUPT, "both copies of a container's header are damaged");
    fail(Status::ERR_WRONG_KEY, "none of a container's recipients is the one whose key was given");
}

}  // namespace myqsec::crypto
