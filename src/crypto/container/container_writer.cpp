#include <algorithm>

#include "base/error.hpp"
#include "crypto/container/container.hpp"
#include "crypto/container/container_format.hpp"
#include "crypto/container/container_payload.hpp"
#include "crypto/container/container_stanza.hpp"
#include "crypto/cpu_suite.hpp"
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

/// A full chunk is sealed only when more follows, for until then it may be the last one. What follows a full
/// chunk at the end of its batch is put into the other batch.
struct ContainerWriter::State {
    State(const ContainerHeader& header, const ContainerKeys& keys, ByteSink& sink)
        : out(sink), sealer(header.suite, keys, header.id) {}

    ByteSink& out;
    ChunkSealer sealer;
    Bytes batch = Bytes(batch_size), other = Bytes(batch_size);
    std::size_t chunk_start = 0;  ///< of the chunk being filled, in the batch
    std::size_t text_size = 0;    ///< its bytes so far
    std::uint64_t index = 0;      ///< its number

    [[nodiscard]] bool full() const { return text_size == container_chunk; }
    void seal_chunk(bool last);
    void pass_on();
};

void ContainerWriter::State::seal_chunk(bool last) {
    const std::size_t sealed = text_size + aead_tag_size;
    sealer.seal(index, last, ByteSpan(batch).subspan(chunk_start, sealed));
    ++index;
    chunk_start += sealed;
    text_size = 0;
}

void ContainerWriter::State::pass_on() {
    out.write(ByteView(batch).first(chunk_start));
    batch.swap(other);
    chunk_start = 0;
}

ContainerWriter::ContainerWriter(const Recipients& recipients, const ContainerId& id, ContainerSuite suite,
                                 ByteSink& out) {
    const Secret file_key = random_secret(file_key_size);
    ContainerHeader header = new_header(id, suite);
    const ContainerKeys keys = derive_container_keys(file_key, header.salt, suite);
    header.commitment = keys.commitment;
    header.stanzas = wrap_file_key(recipients, header.salt, file_key);
    const Bytes slot = encode_slot(header, keys.header_mac);
    state_ = std::make_unique<State>(header, keys, out);
    out.write(slot);
    out.write(slot);
}

ContainerWriter::~ContainerWriter() {
    if (!state_) return;
    wipe(state_->batch);  // the chunk being filled is plaintext, and what the host read behind it
    wipe(state_->other);
}

ByteSpan ContainerWriter::room() {
    State& state = *state_;
    if (!state.full())
        return ByteSpan(state.batch)
            .subspan(state.chunk_start + state.text_size, container_chunk - state.text_size);
    const std::size_t next = state.chunk_start + format::sealed_chunk;
    const bool within = next < state.batch.size();
    return within ? ByteSpan(state.batch).subspan(next, container_chunk)
                  : ByteSpan(state.other).first(container_chunk);
}

void ContainerWriter::filled(std::size_t size) {
    if (size == 0) return;
    State& state = *state_;
    if (state.full()) state.seal_chunk(false);
    if (state.chunk_start == state.batch.size()) state.pass_on();
    state.text_size += size;
}

void ContainerWriter::write(ByteView plaintext) {
    while (!plaintext.empty()) {
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
