#include "crypto/container/container_payload.hpp"

#include <algorithm>
#include <limits>

#include "base/error.hpp"
#include "crypto/container/container_format.hpp"

namespace myqsec::crypto {

namespace {

std::string_view algorithm(ContainerSuite suite) {
    return suite == ContainerSuite::aes_256_gcm ? aes_256_gcm : chacha20_poly1305;
}

template <typename Aead>
std::variant<Aead, ChunkMac> cipher_of(ContainerSuite suite, const ContainerKeys& keys) {
    if (suite == ContainerSuite::plain) return ChunkMac(keys);
    return Aead(algorithm(suite), keys.payload.view());
}

}  // namespace

ByteArray<aead_tag_size> ChunkMac::tag(ByteView associated, ByteView nonce, ByteView text) const {
    const Digest mac = hmac_sha256(key_.view(), {associated, nonce, text});
    ByteArray<aead_tag_size> out;
    std::copy_n(mac.begin(), out.size(), out.begin());
    return out;
}

ChunkNonces::ChunkNonces(const ContainerKeys& keys, const ContainerId& id)
    : nonce_(keys.nonce_prefix),
      associated_(ByteWriter().raw(as_bytes(container_format::chunk_label)).raw(id).take()) {
    nonce_.resize(nonce_.size() + sizeof(std::uint32_t) + 1);
}

ByteView ChunkNonces::nonce(std::uint64_t index, bool last) {
    if (index > std::numeric_limits<std::uint32_t>::max()) {
        fail(Status::ERR_LIMIT, "a document is larger than a container can hold (256 TiB)");
    }
    std::uint8_t* counter = nonce_.data() + nonce_.size() - sizeof(std::uint32_t) - 1;
    store_be(counter, static_cast<std::uint32_t>(index));
    nonce_.back() = last ? 1 : 0;
    return nonce_;
}

ChunkSealer::ChunkSealer(ContainerSuite suite, const ContainerKeys& keys, const ContainerId& id)
    : nonces_(keys, id), cipher_(cipher_of<AeadSealer>(suite, keys)) {}

void ChunkSealer::seal(std::uint64_t index, bool last, ByteSpan chunk) {
    const ByteSpan text = chunk.first(chunk.size() - aead_tag_size);
    const ByteView nonce = nonces_.nonce(index, last);
    if (const auto* mac = std::get_if<ChunkMac>(&cipher_)) {
        std::ranges::copy(mac->tag(nonces_.associated(), nonce, text), text.data() + text.size());
    } else {
        std::get<AeadSealer>(cipher_).seal(nonce, nonces_.associated(), text, text.data() + text.size());
    }
}

ChunkOpener::ChunkOpener(ContainerSuite suite, const ContainerKeys& keys, const ContainerId& id)
    : nonces_(keys, id), cipher_(cipher_of<AeadOpener>(suite, keys)) {}

bool ChunkOpener::authenticates(ByteView nonce, ByteSpan text) {
    const std::uint8_t* tag = text.data() + text.size();
    if (const auto* mac = std::get_if<ChunkMac>(&cipher_)) {
        const auto expected = mac->tag(nonces_.associated(), nonce, text);
        return equal_constant_time(expected, {tag, expected.size()});
    }
    return std::get<AeadOpener>(cipher_).open(nonce, nonces_.associated(), text, tag);
}

ByteSpan ChunkOpener::open(std::uint64_t index, bool last, ByteSpan chunk) {
    if (chunk.size() < aead_tag_size) fail(Status::ERR_CORRUPT, "a container ends in the middle of a chunk");
    const ByteSpan text = chunk.first(chunk.size() - aead_tag_size);
    if (!authenticates(nonces_.nonce(index, last), text)) {
        fail(Status::ERR_CORRUPT, "chunk {} of a container is damaged, or it was cut off or extended", index);
    }
    return text;
}

}  // namespace myqsec::crypto
