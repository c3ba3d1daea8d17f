// Random bytes from Botan's generator: seeded from the system, reseeded in a forked child.
#pragma once

#include "base/bytes.hpp"
#include "crypto/secret.hpp"

namespace myqsec::crypto {

void randomize(ByteSpan into);
[[nodiscard]] Secret random_secret(std::size_t size);

template <std::size_t N>
[[nodiscard]] ByteArray<N> random_array() {
    ByteArray<N> out;
    randomize(out);
    return out;
}

/// Uniform in 0 … bound−1, without modulo bias. bound > 0.
[[nodiscard]] std::uint32_t random_below(std::uint32_t bound);

}  // namespace myqsec::crypto
