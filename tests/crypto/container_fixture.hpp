// Sealing and opening in one line, for the container's tests.
#pragma once

#include "crypto/container/container.hpp"
#include "crypto/memory_file.hpp"
#include "crypto/random.hpp"

namespace myqsec::test {

inline const crypto::ContainerId test_id{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

inline crypto::Secret test_key(std::uint8_t value = 7) {
    return crypto::Secret(Bytes(32, value));
}

inline crypto::Identity local_identity(std::uint8_t value = 7) {
    return {test_key(value), {}, {}};
}

inline crypto::Recipients local_recipients(std::uint8_t value = 7) {
    return {test_key(value), {}};
}

/// Bytes that differ from each other and from chunk to chunk.
inline Bytes test_document(std::size_t size) {
    Bytes out(size);
    std::uint32_t state = 12345;
    for (auto& byte : out) {
        state = state * 1664525U + 1013904223U;
        byte = static_cast<std::uint8_t>(state >> 24);
    }
    return out;
}

inline Bytes sealed(ByteView document, const crypto::Recipients& recipients = local_recipients(),
                    crypto::ContainerSuite suite = crypto::ContainerSuite::aes_256_gcm,
                    const crypto::ContainerId& id = test_id) {
    CollectingSink out;
    crypto::ContainerWriter writer(recipients, id, suite, out);
    writer.write(document);
    writer.finish();
    return out.bytes;
}

/// Through the random-access reader.
inline Bytes opened(const Bytes& container, const crypto::Identity& identity = local_identity()) {
    MemoryFile file(container);
    crypto::ContainerReader reader(file, identity, {});
    CollectingSink out;
    reader.copy_to(out);
    return out.bytes;
}

/// Through the streaming opener, in pieces of `piece` bytes.
inline Bytes streamed(const Bytes& container, const crypto::Identity& identity = local_identity(),
                      std::size_t piece = 10'000) {
    CollectingSink out;
    crypto::ContainerOpener opener(identity, out);
    for (std::size_t at = 0; at < container.size(); at += piece) {
        opener.write(ByteView(container).subspan(at, std::min(piece, container.size() - at)));
    }
    opener.finish();
    return out.bytes;
}

}  // namespace myqsec::test
