#include <algorithm>
#include <array>

#include "base/error.hpp"
#include "crypto/container.hpp"
#include "crypto/container_format.hpp"
#include "crypto/container_payload.hpp"
#include "crypto/container_stanza.hpp"
#include "crypto/random.hpp"

namespace myqsec::crypto {

namespace format = container_format;

namespace {

ContainerHeader new_header(const ContainerId& id, ContainerSuite suite) {
    ContainerHeader header;
    header.suite = suite;
    header.sequence = 1;
    header.id = id;
    header.salt = random_array<32>();
    return header;
}

}  // namespace

/// Of two chunks one may be full: it is sealed only when more follows, for until then it may be the last one. What
/// follows is put into the other.
struct ContainerWriter::State {
    State(const ContainerHeader& header, const ContainerKeys& keys, ByteSink& sink)
        : out(sink), sealer(header.suite, keys, header.id) {}

    ByteSink& out;
    ChunkSealer sealer;
    std::array<Bytes, 2> chunks{Bytes(format::sealed_chunk), Bytes(format::sealed_chunk)};
    std::size_t text_size = 0;  ///< of the chunk being filled
    std::uint64_t index = 0;    ///< its number

    [[nodiscard]] bool full() const { return text_size == container_chunk; }
    Bytes& chunk(std::uint64_t number) { return chunks[number % chunks.size()]; }
    void pass_on(bool last);
};

void ContainerWriter::State::pass_on(bool last) {
    const ByteSpan sealed = ByteSpan(chunk(index)).first(text_size + aead_tag_size);
    sealer.seal(index, last, sealed);
    out.write(sealed);
    ++index;
    text_size = 0;
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
    for (auto& chunk : state_->chunks)
        wipe(chunk);  // the one being filled is plaintext
}

ByteSpan ContainerWriter::room() {
    State& state = *state_;
    if (state.full()) return ByteSpan(state.chunk(state.index + 1)).first(container_chunk);
    return ByteSpan(state.chunk(state.index)).subspan(state.text_size, container_chunk - state.text_size);
}

void ContainerWriter::filled(std::size_t size) {
    if (size == 0) return;
    if (state_->full()) state_->pass_on(false);
    state_->text_size += size;
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
    state_->pass_on(true);
    state_->out.finish();
}

}  // namespace myqsec::crypto
