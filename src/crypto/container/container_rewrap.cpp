#include <limits>

#include "base/error.hpp"
#include "crypto/container/container.hpp"
#include "crypto/container/container_format.hpp"
#include "crypto/container/container_slots.hpp"
#include "crypto/container/container_stanza.hpp"

namespace myqsec::crypto {

namespace format = container_format;

namespace {

/// The slot to overwrite first: never the only good one, nor the newer of two.
std::size_t expendable_slot(const OpenedHeader& opened) {
    if (!opened.authentic[0]) return 0;
    if (!opened.authentic[1]) return 1;
    return opened.sequences[0] < opened.sequences[1] ? 0 : 1;
}

}  // namespace

void rewrap(File& file, const Identity& identity, const Recipients& recipients) {
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

    const std::size_t first = expendable_slot(opened);
    for (const std::size_t index : {first, 1 - first}) {
        file.write_at(index * format::slot_size, slot);
        file.sync();
    }
}

}  // namespace myqsec::crypto
