#include <algorithm>
#include <utility>

#include "base/error.hpp"
#include "crypto/container/chunk_line.hpp"
#include "crypto/container/container.hpp"
#include "crypto/container/container_format.hpp"
#include "crypto/container/container_payload.hpp"
#include "crypto/container/container_stanza.hpp"
#include "crypto/in_place_aead.hpp"
#include "crypto/protected_buffer.hpp"
#include "crypto/random.hpp"

namespace myqsec::crypto {

namespace format = container_format;

namespace {

constexpr std::size_t batch_size = batch_chunks * format::sealed_chunk;

ContainerHeader new_header(const ContainerId& id, ContainerSuite suite) {
    ContainerHeader header;
    header.suite = suite;
    header.sequence = 1;
    header.id = id;
    header.salt = random_array<32>();
    return header;
}

}  // namespace

/// A full chunk is sealed only when more follows, for until then it may be the last one. A document starts
/// with room for one chunk, which is all that most writers ever need, and goes on in batches. Who writes
/// without a copy says only afterwards whether more came: what follows a batch then goes to a second one, and
/// the first is passed on when its place is needed again, so that a lent thread has time to seal it.
struct ContainerWriter::State {
    State(const ContainerHeader& header, const ContainerKeys& keys, ByteSink& sink, const LendThread& lend)
        : out(sink), sealer(header.suite, keys, header.id), line(seal, lend) {}
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() { line.close(); }

    ByteSink& out;
    ChunkSealer sealer;
    const ChunkLine::Work seal = [this](auto index, bool last, ByteSpan chunk) {
        sealer.seal(index, last, chunk);
    };
    ChunkLine line;
    ProtectedBuffer batch = ProtectedBuffer(format::sealed_chunk);
    std::size_t chunk_start = 0;  ///< of the chunk being filled, in the batch
    std::size_t text_size = 0;    ///< its bytes so far
    ProtectedBuffer other;
    std::size_t other_size = 0;   ///< of what is to be passed on of it, before the batch
    std::uint64_t other_end = 0;  ///< the number of the chunk behind that

    [[nodiscard]] bool chunk_full() const { return text_size == container_chunk; }
    [[nodiscard]] bool batch_full() const {
        return chunk_full() && chunk_start + format::sealed_chunk == batch.size();
    }
    void seal_chunk(bool last);
    void pass_on_other();
    void pass_on();
};

void ContainerWriter::State::seal_chunk(bool last) {
    const std::size_t sealed = text_size + format::chunk_overhead;
    line.add(last, batch.span().subspan(chunk_start, sealed));
    chunk_start += sealed;
    text_size = 0;
}

void ContainerWriter::State::pass_on_other() {
    if (other_size == 0) return;
    line.wait(other_end);
    out.write(other.view().first(other_size));
    other_size = 0;
}

void ContainerWriter::State::pass_on() {
    pass_on_other();
    line.wait(line.added());
    out.write(batch.view().first(chunk_start));
    chunk_start = 0;
}

ContainerWriter::ContainerWriter(const Recipients& recipients, const ContainerId& id, ContainerSuite suite,
                                 ByteSink& out, const LendThread& lend) {
    const Secret file_key = random_secret(file_key_size);
    ContainerHeader header = new_header(id, suite);
    const ContainerKeys keys = derive_container_keys(file_key, header.salt, suite);
    header.commitment = keys.commitment;
    header.stanzas = wrap_file_key(recipients, header.salt, file_key);
    const Bytes slot = encode_slot(header, keys.header_mac);
    state_ = std::make_unique<State>(header, keys, out, lend);
    out.write(slot);
    out.write(slot);
}

ContainerWriter::~ContainerWriter() = default;

ByteSpan ContainerWriter::room() {
    State& state = *state_;
    const std::size_t end = state.chunk_start + state.text_size;
    if (!state.chunk_full()) return state.batch.span().subspan(end, container_chunk - state.text_size);
    if (!state.batch_full()) return state.batch.span().subspan(end + format::chunk_overhead, container_chunk);
    state.pass_on_other();
    if (state.other.size() != batch_size) state.other = ProtectedBuffer(batch_size);
    return state.other.span().first(container_chunk);
}

void ContainerWriter::filled(std::size_t size) {
    if (size == 0) return;
    State& state = *state_;
    const bool in_other = state.batch_full();
    if (state.chunk_full()) state.seal_chunk(false);
    if (in_other) {
        std::swap(state.batch, state.other);
        state.other_size = std::exchange(state.chunk_start, 0);
        state.other_end = state.line.added();
    }
    state.text_size += size;
}

void ContainerWriter::write(ByteView plaintext) {
    State& state = *state_;
    while (!plaintext.empty()) {
        const bool next_batch = state.batch_full();
        if (state.chunk_full()) state.seal_chunk(false);
        if (next_batch) {
            state.pass_on();
            if (state.batch.size() != batch_size) state.batch = ProtectedBuffer(batch_size);
        }
        const ByteSpan to = room();
        const std::size_t size = std::min(plaintext.size(), to.size());
        std::ranges::copy(plaintext.first(size), to.begin());
        filled(size);
        plaintext = plaintext.subspan(size);
    }
}

void ContainerWriter::finish() {
    state_->seal_chunk(true);
    state_->pass_on();
    state_->out.finish();
}

ContainerSuite preferred_container_suite() noexcept {
    return cpu_has_fast_aes() ? ContainerSuite::aes_256_gcm : ContainerSuite::xchacha20_poly1305;
}

}  // namespace myqsec::crypto
