// Random bytes. Nonces, salts and ids come from the system's generator as they are: an eighth of the time,
// and nothing is kept that a forked child or a cloned machine could repeat. Keys, PINs and passwords come
// from Botan's generator, which the system feeds at every request, so that they don't hang on one of the two
// alone.
#pragma once

#include <cstdint>

#include "base/bytes.hpp"
#include "crypto/secret.hpp"

namespace myqsec::crypto {

void randomize(ByteSpan into);  ///< nonces, salts, ids: not keys
[[nodiscard]] Secret random_secret(std::size_t size);

template <std::size_t N>
[[nodiscard]] ByteArray<N> random_array() {
    ByteArray<N> out;
    randomize(out);
    return out;
}

/// For PINs and passwords. Uniform in 0 … bound−1, without modulo bias. bound > 0.
[[nodiscard]] std::uint32_t random_below(std::uint32_t bound);

/// Tells a forked child from its parent: state that must not repeat in both is drawn anew when this changes.
/// Constant in a process; a child's differs from its parent's. Costs one load.
[[nodiscard]] std::uint32_t fork_generation();

}  // namespace myqsec::crypto
