// Proofs of RFC 9162: that an event is in a tree (§2.1.3), and that one tree is the beginning of another
// (§2.1.4).
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "crypto/hash.hpp"

namespace myqsec::audit {

using Proof = std::vector<crypto::Digest>;

/// The hash of the complete subtree of 2^level leaves that begins at leaf position × 2^level.
using NodeSource = std::function<crypto::Digest(unsigned level, std::uint64_t position)>;

/// MTH over the leaves begin … end−1. `end` > `begin`, and begin is where a subtree of that tree may begin.
[[nodiscard]] crypto::Digest subtree_root(const NodeSource& nodes, std::uint64_t begin, std::uint64_t end);

/// PATH(leaf, D[size]); leaf < size.
[[nodiscard]] Proof inclusion_proof(const NodeSource& nodes, std::uint64_t leaf, std::uint64_t size);
/// PROOF(older, D[newer]); 0 < older <= newer.
[[nodiscard]] Proof consistency_proof(const NodeSource& nodes, std::uint64_t older, std::uint64_t newer);

[[nodiscard]] bool verify_inclusion(const Proof& proof, const crypto::Digest& leaf_hash, std::uint64_t leaf,
                                    std::uint64_t size, const crypto::Digest& root);
[[nodiscard]] bool verify_consistency(const Proof& proof, std::uint64_t older,
                                      const crypto::Digest& older_root, std::uint64_t newer,
                                      const crypto::Digest& newer_root);

}  // namespace myqsec::audit
