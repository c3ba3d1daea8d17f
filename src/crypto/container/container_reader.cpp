#include <algorithm>

#include "base/error.hpp"
#include "crypto/container/container.hpp"
#include "crypto/container/container_format.hpp"
#include "crypto/container/container_payload.hpp"
#include "crypto/container/container_slots.hpp"
#include "crypto/protected_buffer.hpp"

namespace myqsec::crypto {

namespace format = container_format;

namespace {

/// How the payload divides into chunks, learnt from the file's size alone; the last chunk's flag confirms it.
struct Layout {
    std::uint64_t chunks = 0;
    std::size_t last_sealed = 0;

    explicit Layout(std::uint64_t file_size) {
        if (file_size < container_header_area + format::chunk_overhead) {
            fail(Status::ERR_CORRUPT, "a container is cut off: {} bytes are left of it", file_size);
        }
        const std::uint64_t payload = file_size - container_header_area;
        chunks = (payload + format::sealed_chunk - 1) / format::sealed_chunk;
        last_sealed = static_cast<std::size_t>(payload - (chunks - 1) * format::sealed_chunk);
        // Only an empty document has an empty last chunk.
        if (last_sealed < format::chunk_overhead || (chunks > 1 && last_sealed == format::chunk_overhead)) {
            fail(Status::ERR_CORRUPT, "a container is cut off: its size is none a container can have");
        }
    }

    [[nodiscard]] bool is_last(std::uint64_t index) const { return index + 1 == chunks; }
    [[nodiscard]] std::size_t sealed_size(std::uint64_t index) const {
        return is_last(index) ? last_sealed : format::sealed_chunk;
    }
    /// What `count` chunks from `first` on take in the file; the end of the document may come earlier.
    [[nodiscard]] std::size_t sealed_span(std::uint64_t first, std::uint64_t count) const {
        const std::uint64_t last = std::min(first + count, chunks) - 1;
        return static_cast<std::size_t>(last - first) * format::sealed_chunk + sealed_size(last);
    }
    [[nodiscard]] std::uint64_t text_size() const {
        return (chunks - 1) * container_chunk + last_sealed - format::chunk_overhead;
    }
};

void read_exactly(ByteSource& file, std::uint64_t offset, ByteSpan into) {
    if (file.read_at(offset, into) != into.size()) fail(Status::ERR_CORRUPT, "a container is cut off");
}

OpenedHeader read_header(ByteSource& file, const Identity& identity,
                         const std::optional<ContainerId>& expected) {
    Bytes area(container_header_area);
    read_exactly(file, 0, area);
    return open_header(area, identity, expected);
}

}  // namespace

struct ContainerReader::State {
    State(ByteSource& from, const OpenedHeader& opened)
        : file(from),
          layout(from.size()),
          opener(opened.header.suite, opened.keys, opened.header.id),
          id(opened.header.id),
          suite(opened.header.suite),
          damaged(opened.damaged()),
          buffer(layout.sealed_span(0, 1)) {}
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    ByteSource& file;
    Layout layout;
    ChunkOpener opener;
    ContainerId id;
    ContainerSuite suite;
    bool damaged;
    ProtectedBuffer buffer;              ///< the chunk opened last
    ByteView text;                       ///< its text, within the buffer
    std::optional<std::uint64_t> index;  ///< its number

    ByteView chunk(std::uint64_t wanted);
};

ByteView ContainerReader::State::chunk(std::uint64_t wanted) {
    if (index == wanted) return text;
    index.reset();
    const ByteSpan sealed = buffer.span().first(layout.sealed_size(wanted));
    read_exactly(file, container_header_area + wanted * format::sealed_chunk, sealed);
    text = opener.open(wanted, layout.is_last(wanted), sealed);
    index = wanted;
    return text;
}

ContainerReader::ContainerReader(ByteSource& sealed, const Identity& identity,
                                 const std::optional<ContainerId>& expected)
    : state_(std::make_unique<State>(sealed, read_header(sealed, identity, expected))) {
    state_->chunk(state_->layout.chunks - 1);
}
ContainerReader::~ContainerReader() = default;
ContainerReader::ContainerReader(ContainerReader&&) noexcept = default;

std::uint64_t ContainerReader::size() {
    return state_->layout.text_size();
}
const ContainerId& ContainerReader::id() const {
    return state_->id;
}
ContainerSuite ContainerReader::suite() const {
    return state_->suite;
}
bool ContainerReader::header_damaged() const {
    return state_->damaged;
}

std::size_t ContainerReader::read_at(std::uint64_t offset, ByteSpan into) {
    if (offset >= size()) return 0;
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), size() - offset));
    std::size_t done = 0;
    while (done < wanted) {
        const std::uint64_t at = offset + done;
        const ByteView from = state_->chunk(at / container_chunk).subspan(at % container_chunk);
        const std::size_t part = std::min(from.size(), wanted - done);
        std::copy_n(from.begin(), part, into.begin() + static_cast<std::ptrdiff_t>(done));
        done += part;
    }
    return done;
}

void ContainerReader::copy_to(ByteSink& out) {
    const Layout& layout = state_->layout;
    ProtectedBuffer batch(layout.sealed_span(0, batch_chunks));
    for (std::uint64_t first = 0; first < layout.chunks; first += batch_chunks) {
        ByteSpan rest = batch.span().first(layout.sealed_span(first, batch_chunks));
        read_exactly(state_->file, container_header_area + first * format::sealed_chunk, rest);
        for (std::uint64_t i = first; !rest.empty(); ++i) {
            out.write(state_->opener.open(i, layout.is_last(i), rest.first(layout.sealed_size(i))));
            rest = rest.subspan(layout.sealed_size(i));
        }
    }
    out.finish();
}

}  // namespace myqsec::crypto
