#include "crypto/container/container_payload.hpp"

#include <algorithm>
#include <limits>

#include "base/error.hpp"
#include "crypto/random.hpp"

namespace myqsec::crypto {

namespace format = container_format;

namespace {

constexpr std::size_t counter_size = sizeof(std::uint32_t);

std::string_view algorithm(ContainerSuite suite) {
    return suite == ContainerSuite::aes_256_gcm ? aes_256_gcm : chacha20_poly1305;
}

template <typename Aead>
std::variant<Aead, ChunkMac> cipher_of(ContainerSuite suite, const ContainerKeys& keys) {
    if (suite == ContainerSuite::plain) return ChunkMac(keys);
    return Aead(algorithm(suite), keys.payload.view());
}

std::size_t chunk_nonce_size(ContainerSuite suite) {
    return suite == ContainerSuite::aes_256_gcm ? 12 : 24;
}

ByteSpan text_of(ByteSpan chunk) {
    return chunk.first(chunk.size() - format::chunk_overhead);
}

ChunkTrailer trailer_of(ByteSpan chunk) {
    return chunk.last<format::chunk_overhead>();
}

}  // namespace

ByteArray<aead_tag_size> ChunkMac::tag(const ChunkPlace& place, ByteView text) const {
    const Digest mac = hmac_sha256(key_.view(), {place.associated(), place.nonce(), text});
    ByteArray<aead_tag_size> out;
    std::copy_n(mac.begin(), out.size(), out.begin());
    return out;
}

ChunkPlace::ChunkPlace(ContainerSuite suite, const ContainerId& id)
    : nonce_(chunk_nonce_size(suite)),
      associated_(ByteWriter().raw(as_bytes(format::chunk_label)).raw(id).integer(std::uint8_t{0}).take()) {}

void ChunkPlace::set(ByteView random, std::uint64_t index, bool last) {
    if (index > std::numeric_limits<std::uint32_t>::max()) {
        fail(Status::ERR_LIMIT, "a document is larger than a container can hold (256 TiB)");
    }
    std::uint8_t* counter = nonce_.data() + nonce_.size() - counter_size;
    std::ranges::copy(random, counter - format::random_size);
    store_be(counter, static_cast<std::uint32_t>(index));
    associated_.back() = last ? 1 : 0;
}

ChunkSealer::ChunkSealer(ContainerSuite suite, const ContainerKeys& keys, const ContainerId& id)
    : place_(suite, id), cipher_(cipher_of<AeadSealer>(suite, keys)) {}

void ChunkSealer::seal(std::uint64_t index, bool last, ByteSpan chunk) {
    randomize(trailer_of(chunk).first<format::random_size>());
    seal_as_drawn(index, last, chunk);
}

void ChunkSealer::seal_as_drawn(std::uint64_t index, bool last, ByteSpan chunk) {
    const ByteSpan text = text_of(chunk);
    const auto trailer = trailer_of(chunk);
    std::uint8_t* tag = trailer.data() + format::random_size;
    place_.set(trailer.first<format::random_size>(), index, last);
    if (const auto* mac = std::get_if<ChunkMac>(&cipher_)) {
        std::ranges::copy(mac->tag(place_, text), tag);
    } else {
        std::get<AeadSealer>(cipher_).seal(place_.nonce(), place_.associated(), text, tag);
    }
}

ChunkOpener::ChunkOpener(ContainerSuite suite, const ContainerKeys& keys, const ContainerId& id)
    : place_(suite, id), cipher_(cipher_of<AeadOpener>(suite, keys)) {}

bool ChunkOpener::authenticates(ByteSpan text, const std::uint8_t* tag) {
    if (const auto* mac = std::get_if<ChunkMac>(&cipher_)) {
        const auto expected = mac->tag(place_, text);
        return equal_constant_time(expected, {tag, expected.size()});
    }
    return std::get<AeadOpener>(cipher_).open(place_.nonce(), place_.associated(), text, tag);
}

ByteSpan ChunkOpener::open(std::uint64_t index, bool last, ByteSpan chunk) {
    if (chunk.size() < format::chunk_overhead)
        fail(Status::ERR_CORRUPT, "a container ends in the middle of a chunk");
    const ByteSpan text = text_of(chunk);
    const auto trailer = trailer_of(chunk);
    place_.set(trailer.first<format::random_size>(), index, last);
    if (!authenticates(text, trailer.data() + format::random_size)) {
        fail(Status::ERR_CORRUPT, "chunk {} of a container is damaged, or it was cut off or extended", index);
    }
    return text;
}

}  // namespace myqsec::crypto
