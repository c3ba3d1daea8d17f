// What a fuzz target is made of: what it does with one input, and the inputs it starts from.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/error.hpp"

namespace myqsec::fuzz {

/// Each target defines these two.
void run(ByteView input);
std::vector<Bytes> seeds();

/// A promise that was broken is a crash, which libFuzzer keeps the input of.
inline void require(bool good, const char* promise) {
    if (good) return;
    std::fprintf(stderr, "broken promise: %s\n", promise);
    std::abort();
}

/// The status of a call that may refuse its input, but only in the ways listed.
template <typename Call>
Status attempt(Call&& call, std::initializer_list<Status> refusals) {
    try {
        call();
        return Status::OK;
    } catch (const Error& error) {
        for (const Status refusal : refusals) {
            if (error.status() == refusal) return refusal;
        }
        std::fprintf(stderr, "unexpected status %d: %s\n", static_cast<int>(error.status()), error.what());
        std::abort();
    }
}

/// An input read as a sequence of decisions. Behind its end, every decision is 0.
class Choices {
 public:
    explicit Choices(ByteView input) : rest_(input) {}

    std::uint8_t byte() {
        if (rest_.empty()) return 0;
        const std::uint8_t out = rest_.front();
        rest_ = rest_.subspan(1);
        return out;
    }
    template <std::unsigned_integral T>
    T integer() {
        T out = 0;
        for (std::size_t i = 0; i < sizeof(T); ++i)
            out = static_cast<T>(static_cast<T>(out << 7 << 1) | byte());
        return out;
    }
    std::size_t below(std::size_t bound) {
        return bound <= 256 ? byte() % bound : integer<std::uint32_t>() % bound;
    }
    ByteView bytes(std::size_t most) {
        const ByteView out = rest_.first(std::min(most, rest_.size()));
        rest_ = rest_.subspan(out.size());
        return out;
    }
    [[nodiscard]] ByteView rest() const { return rest_; }
    [[nodiscard]] bool empty() const { return rest_.empty(); }

 private:
    ByteView rest_;
};

/// A seed whose first byte selects how the target takes the rest.
inline Bytes seed_of(std::uint8_t mode, ByteView rest) {
    return ByteWriter().integer(mode).raw(rest).take();
}

}  // namespace myqsec::fuzz
