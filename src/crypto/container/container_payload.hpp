// STREAM over a container's payload: chunk i under nonce prefix ‖ i as u32 ‖ last flag, with the container's
// id as associated data. In the plain suite, a MAC of the same in the tag's place.
#pragma once

#include <variant>

#include "base/bytes.hpp"
#include "crypto/container/container.hpp"
#include "crypto/container/container_header.hpp"
#include "crypto/in_place_aead.hpp"

namespace myqsec::crypto {

/// Chunks passed on at once: many enough for the file system, few enough to stay in the CPU's cache.
inline constexpr std::size_t batch_chunks = 4;

/// The nonce and the associated data of a chunk, the same for sealing and opening.
class ChunkNonces {
 public:
    ChunkNonces(const ContainerKeys& keys, const ContainerId& id);
    /// Valid until the next call. Throws ERR_LIMIT past 2^32 chunks (256 TiB).
    ByteView nonce(std::uint64_t index, bool last);
    [[nodiscard]] ByteView associated() const { return associated_; }

 private:
    Bytes nonce_;
    Bytes associated_;
};

/// The plain suite's tag: HMAC-SHA-256(payload key, associated data ‖ nonce ‖ text), its first 16 bytes.
class ChunkMac {
 public:
    explicit ChunkMac(const ContainerKeys& keys) : key_(keys.payload.clone()) {}
    [[nodiscard]] ByteArray<aead_tag_size> tag(ByteView associated, ByteView nonce, ByteView text) const;

 private:
    Secret key_;
};

class ChunkSealer {
 public:
    ChunkSealer(ContainerSuite suite, const ContainerKeys& keys, const ContainerId& id);
    /// `chunk` has the text and, behind it, room for the tag.
    void seal(std::uint64_t index, bool last, ByteSpan chunk);

 private:
    ChunkNonces nonces_;
    std::variant<AeadSealer, ChunkMac> cipher_;
};

class ChunkOpener {
 public:
    ChunkOpener(ContainerSuite suite, const ContainerKeys& keys, const ContainerId& id);
    /// Decrypts in place, if it is encrypted, and returns the text within `chunk`. Throws ERR_CORRUPT, with
    /// `chunk`'s text wiped.
    ByteSpan open(std::uint64_t index, bool last, ByteSpan chunk);

 private:
    [[nodiscard]] bool authenticates(ByteView nonce, ByteSpan text);

    ChunkNonces nonces_;
    std::variant<AeadOpener, ChunkMac> cipher_;
};

}  // namespace myqsec::crypto
