// STREAM over a container's payload: chunk i under nonce prefix ‖ i as u32 ‖ last flag, with the container's
// id as associated data.
#pragma once

#include "base/bytes.hpp"
#include "crypto/container.hpp"
#include "crypto/container_keys.hpp"
#include "crypto/in_place_aead.hpp"

namespace myqsec::crypto {

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

class ChunkSealer {
 public:
    ChunkSealer(ContainerSuite suite, const ContainerKeys& keys, const ContainerId& id);
    /// `chunk` has the text and, behind it, room for the tag.
    void seal(std::uint64_t index, bool last, ByteSpan chunk);

 private:
    ChunkNonces nonces_;
    AeadSealer cipher_;
};

class ChunkOpener {
 public:
    ChunkOpener(ContainerSuite suite, const ContainerKeys& keys, const ContainerId& id);
    /// Decrypts in place and returns the text within `chunk`. Throws ERR_CORRUPT, with `chunk`'s text wiped.
    ByteSpan open(std::uint64_t index, bool last, ByteSpan chunk);

 private:
    ChunkNonces nonces_;
    AeadOpener cipher_;
};

}  // namespace myqsec::crypto
