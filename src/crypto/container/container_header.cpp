#include "crypto/container/container_header.hpp"

#include <algorithm>
#include <optional>

#include "base/error.hpp"
#include "crypto/container/container_format.hpp"

namespace myqsec::crypto {

namespace format = container_format;

namespace {

Bytes encode_stanzas(const std::vector<Stanza>& stanzas) {
    ByteWriter writer;
    for (const Stanza& stanza : stanzas) {
        if (stanza.body.size() > format::stanza_space)
            fail(Status::ERR_LIMIT, "a recipient's stanza is too large");
        writer.integer(stanza.type).integer(static_cast<std::uint16_t>(stanza.body.size())).raw(stanza.body);
    }
    if (writer.bytes().size() > format::stanza_space) {
        fail(Status::ERR_LIMIT, "the container has more recipients than its header can hold");
    }
    return writer.take();
}

std::vector<Stanza> parse_stanzas(ByteReader& reader, std::size_t count) {
    std::vector<Stanza> stanzas;
    for (std::size_t i = 0; i < count; ++i) {
        Stanza stanza;
        stanza.type = reader.integer<std::uint16_t>();
        const ByteView body = reader.raw(reader.integer<std::uint16_t>());
        stanza.body.assign(body.begin(), body.end());
        stanzas.push_back(std::move(stanza));
    }
    reader.expect_end();
    return stanzas;
}

/// What follows the version byte. Throws ERR_CORRUPT where the form is wrong.
ContainerHeader parse_fields(ByteReader& reader) {
    ContainerHeader header;
    const auto suite = reader.integer<std::uint8_t>();
    if (suite > static_cast<std::uint8_t>(ContainerSuite::plain)) {
        fail(Status::ERR_CORRUPT, "a container names the unknown suite {}", suite);
    }
    header.suite = static_cast<ContainerSuite>(suite);
    const auto chunk = reader.integer<std::uint8_t>();
    const auto reserved = reader.integer<std::uint8_t>();
    if (chunk != format::chunk_size_log2 || reserved != 0)
        fail(Status::ERR_CORRUPT, "a container's header is damaged");
    header.sequence = reader.integer<std::uint64_t>();
    header.id = reader.array<16>();
    header.salt = reader.array<32>();
    header.commitment = reader.array<32>();
    const auto count = reader.integer<std::uint16_t>();
    const auto size = reader.integer<std::uint16_t>();
    ByteReader stanzas(reader.raw(size), "a container's list of recipients");
    header.stanzas = parse_stanzas(stanzas, count);
    return header;
}

}  // namespace

Bytes encode_slot(const ContainerHeader& header, const Secret& mac_key) {
    const Bytes stanzas = encode_stanzas(header.stanzas);
    Bytes slot = ByteWriter()
                     .raw(as_bytes(format::magic))
                     .integer(format::version)
                     .integer(static_cast<std::uint8_t>(header.suite))
                     .integer(format::chunk_size_log2)
                     .integer(std::uint8_t{0})
                     .integer(header.sequence)
                     .raw(header.id)
                     .raw(header.salt)
                     .raw(header.commitment)
                     .integer(static_cast<std::uint16_t>(header.stanzas.size()))
                     .integer(static_cast<std::uint16_t>(stanzas.size()))
                     .raw(stanzas)
                     .take();
    slot.resize(format::mac_offset);
    const Digest mac = hmac_sha256(mac_key.view(), slot);
    slot.insert(slot.end(), mac.begin(), mac.end());
    return slot;
}

ParsedSlot parse_slot(ByteView slot) {
    ParsedSlot parsed;
    if (slot.size() != format::slot_size) return parsed;
    ByteReader reader(slot.first(format::mac_offset), "a container's header");
    if (!std::ranges::equal(reader.raw(format::magic.size()), as_bytes(format::magic))) return parsed;
    const auto version = reader.integer<std::uint8_t>();
    if (version != format::version) {
        if (version > format::version) parsed.state = SlotState::newer_version;
        return parsed;
    }
    try {
        parsed.header = parse_fields(reader);
    } catch (const Error& error) {
        if (error.status() != Status::ERR_CORRUPT) throw;
        return parsed;
    }
    parsed.bytes.assign(slot.begin(), slot.end());
    parsed.state = SlotState::readable;
    return parsed;
}

bool slot_authenticates(const ParsedSlot& slot, const Secret& mac_key) {
    if (slot.state != SlotState::readable) return false;
    const ByteView bytes(slot.bytes);
    const Digest expected = hmac_sha256(mac_key.view(), bytes.first(format::mac_offset));
    return equal_constant_time(expected, bytes.subspan(format::mac_offset));
}

ContainerKeys derive_container_keys(const Secret& file_key, ByteView salt, ContainerSuite suite) {
    const auto derive = [&](std::string_view label, std::size_t size) {
        const Bytes info = ByteWriter().raw(as_bytes(label)).integer(static_cast<std::uint8_t>(suite)).take();
        return hkdf_sha256(file_key.view(), salt, info, size);
    };
    ContainerKeys keys;
    keys.payload = derive(format::payload_label, 32);
    keys.header_mac = derive(format::mac_label, 32);
    const Secret commitment = derive(format::commitment_label, keys.commitment.size());
    std::ranges::copy(commitment.view(), keys.commitment.begin());
    return keys;
}

}  // namespace myqsec::crypto
