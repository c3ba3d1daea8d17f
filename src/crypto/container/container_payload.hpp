// A container's payload: each chunk under a nonce of its own random bytes and its number, with the
// container's id and the last flag as associated data. In the plain suite, a MAC of the same in the tag's
// place.
#pragma once

#include <variant>

#include "base/bytes.hpp"
#include "crypto/container/container.hpp"
#include "crypto/container/container_format.hpp"
#include "crypto/container/container_header.hpp"
#include "crypto/in_place_aead.hpp"

namespace myqsec::crypto {

/// Chunks passed on at once: many enough for the file system, few enough to stay in the CPU's cache.
inline constexpr std::size_t batch_chunks = 4;

/// What stands behind a chunk's text.
using ChunkTrailer = std::span<std::uint8_t, container_format::chunk_overhead>;

/// Nonce and associated data of a chunk, the same for sealing and opening.
class ChunkPlace {
 public:
    ChunkPlace(ContainerSuite suite, const ContainerId& id);
    /// Both are valid until the next call. Throws ERR_LIMIT past 2^32 chunks (256 TiB).
    void set(ByteView random, std::uint64_t index, bool last);
    [[nodiscard]] ByteView nonce() const { return nonce_; }
    [[nodiscard]] ByteView associated() const { return associated_; }

 private:
    Bytes nonce_;
    Bytes associated_;
};

/// The plain suite's tag: HMAC-SHA-256(payload key, associated data ‖ nonce ‖ text), its first 16 bytes.
class ChunkMac {
 public:
    explicit ChunkMac(const ContainerKeys& keys) : key_(keys.payload.clone()) {}
    [[nodiscard]] ByteArray<aead_tag_size> tag(const ChunkPlace& place, ByteView text) const;

 private:
    Secret key_;
};

class ChunkSealer {
 public:
    ChunkSealer(ContainerSuite suite, const ContainerKeys& keys, const ContainerId& id);
    /// `chunk` has the text and, behind it, room for the trailer. The nonce is drawn when the text is fixed:
    /// whoever copies the process, as a virtual machine that is resumed twice does, gets the same ciphertext
    /// of the same text, or another nonce.
    void seal(std::uint64_t index, bool last, ByteSpan chunk);
    /// The same with the random bytes that are in the trailer already.
    void seal_as_drawn(std::uint64_t index, bool last, ByteSpan chunk);

 private:
    ChunkPlace place_;
    std::variant<AeadSealer, ChunkMac> cipher_;
};

class ChunkOpener {
 public:
    ChunkOpener(ContainerSuite suite, const ContainerKeys& keys, const ContainerId& id);
    /// Decrypts in place, if it is encrypted, and returns the text within `chunk`. Throws ERR_CORRUPT, with
    /// `chunk`'s text wiped.
    ByteSpan open(std::uint64_t index, bool last, ByteSpan chunk);

 private:
    [[nodiscard]] bool authenticates(ByteSpan text, const std::uint8_t* tag);

    ChunkPlace place_;
    std::variant<AeadOpener, ChunkMac> cipher_;
};

}  // namespace myqsec::crypto
