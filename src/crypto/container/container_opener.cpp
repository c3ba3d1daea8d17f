#include <algorithm>

#include "base/error.hpp"
#include "crypto/container/container.hpp"
#include "crypto/container/container_format.hpp"
#include "crypto/container/container_payload.hpp"
#include "crypto/container/container_slots.hpp"

namespace myqsec::crypto {

namespace format = container_format;

static_assert(format::sealed_chunk > container_header_area, "one buffer serves header and chunks");

struct ContainerOpener::State {
    State(const Identity& from, ByteSink& sink)
        : identity{from.wrapping_key ? std::optional(from.wrapping_key->clone()) : std::nullopt,
                   from.private_key, from.certificate},
          out(sink) {}
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() { wipe(buffer); }

    Identity identity;
    ByteSink& out;
    std::optional<ChunkOpener> opener{};  ///< there once the header has opened
    Bytes buffer = Bytes(format::sealed_chunk);
    std::size_t filled = 0;
    std::uint64_t index = 0;

    [[nodiscard]] std::size_t wanted() const { return opener ? format::sealed_chunk : container_header_area; }
    void take_header();
    void take_chunk(bool last);
};

void ContainerOpener::State::take_header() {
    const OpenedHeader opened = open_header(ByteView(buffer).first(filled), identity, {});
    opener.emplace(opened.header.suite, opened.keys, opened.header.id);
    filled = 0;
}

void ContainerOpener::State::take_chunk(bool last) {
    const ByteSpan text = opener->open(index, last, ByteSpan(buffer).first(filled));
    if (text.empty() && index > 0) fail(Status::ERR_CORRUPT, "a container ends in an empty chunk");
    ++index;
    filled = 0;
    if (!text.empty()) out.write(text);
}

ContainerOpener::ContainerOpener(const Identity& identity, ByteSink& out)
    : state_(std::make_unique<State>(identity, out)) {}
ContainerOpener::~ContainerOpener() = default;

/// As in the writer, a full chunk waits for what follows: the last one has another nonce.
void ContainerOpener::write(ByteView ciphertext) {
    State& state = *state_;
    while (!ciphertext.empty()) {
        if (state.filled == state.wanted()) {
            if (state.opener) {
                state.take_chunk(false);
            } else {
                state.take_header();
            }
        }
        const std::size_t size = std::min(ciphertext.size(), state.wanted() - state.filled);
        std::copy_n(ciphertext.begin(), size,
                    state.buffer.begin() + static_cast<std::ptrdiff_t>(state.filled));
        state.filled += size;
        ciphertext = ciphertext.subspan(size);
    }
}

void ContainerOpener::finish() {
    if (!state_->opener) state_->take_header();
    state_->take_chunk(true);
    state_->out.finish();
}

}  // namespace myqsec::crypto
