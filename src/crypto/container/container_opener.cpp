#include <algorithm>
#include <utility>

#include "base/error.hpp"
#include "crypto/container/chunk_line.hpp"
#include "crypto/container/container.hpp"
#include "crypto/container/container_format.hpp"
#include "crypto/container/container_payload.hpp"
#include "crypto/container/container_slots.hpp"
#include "crypto/protected_buffer.hpp"

namespace myqsec::crypto {

namespace format = container_format;

static_assert(format::sealed_chunk > container_header_area, "one place serves header and chunks");

/// As in the writer, a full chunk waits for what follows: the last one has another nonce. What follows goes
/// to the next place, from which the chunk that was there has been passed on before.
struct ContainerOpener::State {
    State(const Identity& from, ByteSink& sink, const LendThread& lend)
        : identity{from.wrapping_key ? std::optional(from.wrapping_key->clone()) : std::nullopt,
                   from.private_key, from.certificate},
          out(sink),
          line(open, lend),
          lent(lend != nullptr) {}
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() { line.close(); }

    Identity identity;
    ByteSink& out;
    std::optional<ChunkOpener> opener{};  ///< there once the header has opened
    const ChunkLine::Work open = [this](std::uint64_t index, bool last, ByteSpan chunk) {
        const bool empty = opener->open(index, last, chunk).empty();
        if (empty && index > 0) fail(Status::ERR_CORRUPT, "a container ends in an empty chunk");
    };
    ChunkLine line;
    bool lent;
    const std::size_t places = lent ? ChunkLine::longest : 2;  ///< for a chunk each
    ProtectedBuffer buffer = ProtectedBuffer(places * format::sealed_chunk);
    std::size_t size = 0;      ///< of the header or chunk being filled, so far
    std::uint64_t passed = 0;  ///< chunks

    [[nodiscard]] ByteSpan place(std::uint64_t index) {
        return buffer.span().subspan(index % places * format::sealed_chunk, format::sealed_chunk);
    }
    void take_header();
    void add_chunk(bool last);
    void pass_on(std::size_t sealed_size);
};

void ContainerOpener::State::take_header() {
    const OpenedHeader opened = open_header(place(0).first(size), identity, {});
    opener.emplace(opened.header.suite, opened.keys, opened.header.id);
    size = 0;
}

void ContainerOpener::State::add_chunk(bool last) {
    line.add(last, place(line.added()).first(std::exchange(size, 0)));
}

void ContainerOpener::State::pass_on(std::size_t sealed_size) {
    line.wait(passed + 1);
    const ByteView text = place(passed).first(sealed_size - format::chunk_overhead);
    ++passed;
    if (!text.empty()) out.write(text);
}

ContainerOpener::ContainerOpener(const Identity& identity, ByteSink& out, const LendThread& lend)
    : state_(std::make_unique<State>(identity, out, lend)) {}
ContainerOpener::~ContainerOpener() = default;

ByteSpan ContainerOpener::room() {
    State& state = *state_;
    if (!state.opener) {
        if (state.size < container_header_area)
            return state.place(0).first(container_header_area).subspan(state.size);
        state.take_header();
    }
    const std::uint64_t index = state.line.added();
    if (state.size < format::sealed_chunk) return state.place(index).subspan(state.size);
    if (state.passed + state.places == index + 1) state.pass_on(format::sealed_chunk);
    return state.place(index + 1);
}

void ContainerOpener::filled(std::size_t size) {
    if (size == 0) return;
    State& state = *state_;
    if (state.size == format::sealed_chunk) {
        state.add_chunk(false);
        if (!state.lent) state.pass_on(format::sealed_chunk);  // who reads from a pipe need not wait longer
    }
    state.size += size;
}

void ContainerOpener::write(ByteView ciphertext) {
    while (!ciphertext.empty()) {
        const ByteSpan to = room();
        const std::size_t size = std::min(ciphertext.size(), to.size());
        std::ranges::copy(ciphertext.first(size), to.begin());
        filled(size);
        ciphertext = ciphertext.subspan(size);
    }
}

void ContainerOpener::finish() {
    State& state = *state_;
    if (!state.opener) state.take_header();
    const std::size_t last_size = state.size;
    state.add_chunk(true);
    while (state.passed + 1 < state.line.added())
        state.pass_on(format::sealed_chunk);
    state.pass_on(last_size);
    state.out.finish();
}

}  // namespace myqsec::crypto
