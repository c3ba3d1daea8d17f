#include "storage/keys/keystore_slot.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "crypto/aead.hpp"
#include "crypto/hash.hpp"
#include "crypto/root/root_provider.hpp"

namespace myqsec::storage {

namespace {

constexpr std::string_view slot_magic = "MYQSECK";
constexpr std::uint8_t slot_version = 4;
constexpr std::size_t checksum_size = 32;
constexpr std::size_t body_size = keystore_slot_size - checksum_size;

/// All that precedes the sealed record, authenticated with it.
Bytes clear_part(const KeystoreSlot& slot) {
    ByteWriter writer;
    writer.raw(as_bytes(slot_magic)).integer(slot_version).integer(slot.sequence);
    writer.integer(slot.opening.number).raw(slot.opening.nonce).raw(slot.instance_id);
    writer.integer(slot.provider_kind).integer(static_cast<std::uint16_t>(slot.provider_blob.size()));
    writer.raw(slot.provider_blob);
    return writer.take();
}

}  // namespace

Bytes write_slot(const KeystoreSlot& clear, const crypto::Secret& root_key, const crypto::Secret& secret) {
    Bytes out = clear_part(clear);
    const Bytes sealed = crypto::seal_record(root_key, out, secret.view());
    out.insert(out.end(), sealed.begin(), sealed.end());
    out.resize(body_size);
    const auto checksum = crypto::sha256(out);
    out.insert(out.end(), checksum.begin(), checksum.end());
    return out;
}

std::optional<KeystoreSlot> read_slot(ByteView bytes) {
    if (bytes.size() != keystore_slot_size) return std::nullopt;
    const ByteView body = bytes.first(body_size);
    if (!std::ranges::equal(crypto::sha256(body), bytes.subspan(body_size))) return std::nullopt;
    ByteReader reader(body, "a keystore slot");
    if (!std::ranges::equal(reader.raw(slot_magic.size()), as_bytes(slot_magic))) return std::nullopt;
    const auto found = reader.integer<std::uint8_t>();
    if (found > slot_version) {
        fail(Status::ERR_NEWER_VERSION,
             "the keystore has format version {}, this library knows version {}; use a newer library", found,
             slot_version);
    }
    if (found < slot_version) {
        fail(Status::ERR_CORRUPT,
             "the keystore has format version {}, of a library that was never released; this one knows "
             "version {}",
             found, slot_version);
    }
    KeystoreSlot slot;
    slot.sequence = reader.integer<std::uint64_t>();
    slot.opening.number = reader.integer<std::uint64_t>();
    slot.opening.nonce = reader.array<16>();
    slot.instance_id = reader.array<16>();
    slot.provider_kind = reader.integer<std::uint8_t>();
    const auto blob_size = reader.integer<std::uint16_t>();
    if (blob_size > crypto::RootProvider::max_blob) return std::nullopt;
    const ByteView blob = reader.raw(blob_size);
    slot.provider_blob.assign(blob.begin(), blob.end());
    const ByteView sealed = reader.raw(keystore_secret_size + crypto::record_overhead);
    slot.sealed.assign(sealed.begin(), sealed.end());
    return slot;
}

crypto::Secret open_slot(const KeystoreSlot& slot, const crypto::Secret& root_key) {
    try {
        return crypto::open_record(root_key, clear_part(slot), slot.sealed);
    } catch (const Error& error) {
        if (error.status() != Status::ERR_CORRUPT) throw;
        fail(Status::ERR_WRONG_KEY,
             "the root secret given does not open this instance; give the one that was in force last");
    }
}

}  // namespace myqsec::storage
