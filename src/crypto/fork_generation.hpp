// Tells a forked child from its parent: state that must not repeat in both is drawn anew when this changes.
#pragma once

#include <cstdint>

namespace myqsec::crypto {

/// Constant in a process; a child's differs from its parent's. Costs one load.
[[nodiscard]] std::uint32_t fork_generation();

}  // namespace myqsec::crypto
