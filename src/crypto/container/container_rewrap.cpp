#include <limits>

#include "base/error.hpp"
#include "crypto/container/container.hpp"
#include "crypto/container/container_format.hpp"
#include "crypto/container/container_slots.hpp"
#include "crypto/container/container_stanza.hpp"

namespace myqsec::crypto {

namespace {

constexpr std::size_t piece = 4 * container_chunk;

}  // namespace

void rewrap(File& file, const Identity& identity, const Recipients& recipients, ByteSink& out) {
    Bytes area(container_header_area);
    if (file.read_at(0, area) != area.size())
        fail(Status::ERR_CORRUPT, "a container is shorter than its header");
    const OpenedHeader opened = open_header(area, identity, {});

    ContainerHeader header = opened.header;
    if (header.sequence == std::numeric_limits<std::uint64_t>::max()) {
        fail(Status::ERR_LIMIT, "a container's header cannot be rewritten any more");
    }
    ++header.sequence;
    header.stanzas = wrap_file_key(recipients, header.salt, opened.file_key);
    const Bytes slot = encode_slot(header, opened.keys.header_mac);
    out.write(slot);
    out.write(slot);

    Bytes chunks(piece);
    for (std::uint64_t done = container_header_area;;) {
        const std::size_t size = file.read_at(done, chunks);
        out.write(ByteView(chunks).first(size));
        done += size;
        if (size < chunks.size()) break;
    }
    out.finish();
}

}  // namespace myqsec::crypto
