// The Merkle tree of RFC 9162 §2.1 over SHA-256, kept as its compact range: the roots of its complete
// subtrees.
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.hpp"
#include "crypto/hash.hpp"

namespace myqsec::audit {

/// SHA-256(0x00 ‖ entry). The prefixes keep a leaf from passing for a node.
[[nodiscard]] crypto::Digest leaf_hash(ByteView entry);
/// SHA-256(0x01 ‖ left ‖ right).
[[nodiscard]] crypto::Digest node_hash(const crypto::Digest& left, const crypto::Digest& right);

/// Grows by appending only; needs one digest for each 1 bit of its size.
class CompactRange {
 public:
    CompactRange() = default;
    /// From encode(). Throws ERR_CORRUPT.
    static CompactRange decode(ByteView encoded);
    [[nodiscard]] Bytes encode() const;

    void append(const crypto::Digest& leaf);
    [[nodiscard]] std::uint64_t size() const { return size_; }
    /// MTH of RFC 9162 §2.1.1; SHA-256 of nothing for the empty tree.
    [[nodiscard]] crypto::Digest root() const;

 private:
    std::uint64_t size_ = 0;
    std::vector<crypto::Digest> peaks_;  // largest subtree first
};

}  // namespace myqsec::audit
