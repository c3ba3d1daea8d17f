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

    void append(const crypto::Digest& leaf) {
        append(leaf, [](unsigned, std::uint64_t, const crypto::Digest&) {});
    }
    /// Calls completed(level, position, hash) for each subtree of 2^level leaves that the leaf completes,
    /// from the leaf itself (level 0) up.
    template <class Completed>
    void append(const crypto::Digest& leaf, Completed&& completed) {
        crypto::Digest node = leaf;
        unsigned level = 0;
        completed(level, size_, node);
        // Each trailing 1 bit of the size is a complete subtree as large as the one that ends here: the two
        // become one.
        for (auto bits = size_; (bits & 1) != 0; bits >>= 1) {
            node = node_hash(peaks_.back(), node);
            peaks_.pop_back();
            ++level;
            completed(level, size_ >> level, node);
        }
        peaks_.push_back(node);
        ++size_;
    }
    /// Goes on behind a complete subtree of 2^level leaves. The size is a multiple of that.
    void append_subtree(unsigned level, const crypto::Digest& root);
    [[nodiscard]] std::uint64_t size() const { return size_; }
    /// MTH of RFC 9162 §2.1.1; SHA-256 of nothing for the empty tree.
    [[nodiscard]] crypto::Digest root() const;

 private:
    std::uint64_t size_ = 0;
    std::vector<crypto::Digest> peaks_;  // largest subtree first
};

}  // namespace myqsec::audit
