#include <algorithm>

#include "base/error.hpp"
#include "crypto/container.hpp"
#include "crypto/container_format.hpp"
#include "crypto/container_payload.hpp"
#include "crypto/container_stanza.hpp"
#include "crypto/random.hpp"

namespace myqsec::crypto {

namespace format = container_format;

namespace {

/// Chunks passed on at once: few enough to stay in the CPU's cache between copy, encryption and write.
constexpr std::size_t batch_chunks = 4;

ContainerHeader new_header(const ContainerId& id, ContainerSuite suite) {
    ContainerHeader header;
    header.suite = suite;
    header.sequence = 1;
    header.id = id;
    header.salt = random_array<32>();
    return header;
}

}  // namespace

struct ContainerWriter::State {
    State(const ContainerHeader& header, const ContainerKeys& keys, ByteSink& sink)
        : out(sink), sealer(header.suite, keys, header.id), batch(batch_chunks * format::sealed_chunk) {}

    ByteSink& out;
    ChunkSealer sealer;
    Bytes batch;                  ///< sealed chunks, then the one being filled
    std::size_t chunk_start = 0;  ///< where in the batch that one starts
    std::size_t chunk_text = 0;   ///< its bytes so far
    std::uint64_t index = 0;      ///< its number

    void seal_chunk(bool last);
    void pass_on();
};

void ContainerWriter::State::seal_chunk(bool last) {
    const std::size_t sealed = chunk_text + aead_tag_size;
    sealer.seal(index, last, ByteSpan(batch).subspan(chunk_start, sealed));
    ++index;
    chunk_start += sealed;
    chunk_text = 0;
}

void ContainerWriter::State::pass_on() {
    out.write(ByteView(batch).first(chunk_start));
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
    if (state_) wipe(state_->batch);  // the chunk being filled is plaintext
}

/// A full chunk is sealed only when more follows: until then it may be the last one.
void ContainerWriter::write(ByteView plaintext) {
    State& state = *state_;
    while (!plaintext.empty()) {
        if (state.chunk_text == container_chunk) {
            state.seal_chunk(false);
            if (state.chunk_start == state.batch.size()) state.pass_on();
        }
        const std::size_t size = std::min(plaintext.size(), container_chunk - state.chunk_text);
        std::copy_n(plaintext.begin(), size,
                    state.batch.begin() + static_cast<std::ptrdiff_t>(state.chunk_start + state.chunk_text));
        state.chunk_text += size;
        plaintext = plaintext.subspan(size);
    }
}

void ContainerWriter::finish() {
    state_->seal_chunk(true);
    state_->pass_on();
    state_->out.finish();
}

}  // namespace myqsec::crypto
