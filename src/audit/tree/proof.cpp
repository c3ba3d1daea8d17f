#include "audit/tree/proof.hpp"

#include <bit>

#include "audit/tree/merkle.hpp"

namespace myqsec::audit {

using crypto::Digest;

namespace {

/// The largest power of two below `size`, which is where RFC 9162 divides a tree. `size` > 1.
std::uint64_t split(std::uint64_t size) {
    return std::bit_floor(size - 1);
}

void add_path(Proof& proof, const NodeSource& nodes, std::uint64_t leaf, std::uint64_t begin,
              std::uint64_t end) {
    if (end - begin == 1) return;
    const auto middle = begin + split(end - begin);
    if (leaf < middle) {
        add_path(proof, nodes, leaf, begin, middle);
        proof.push_back(subtree_root(nodes, middle, end));
    } else {
        add_path(proof, nodes, leaf, middle, end);
        proof.push_back(subtree_root(nodes, begin, middle));
    }
}

/// SUBPROOF of §2.1.4.1; `whole` is its b: the older tree's root is known to the verifier.
void add_subproof(Proof& proof, const NodeSource& nodes, std::uint64_t older, std::uint64_t begin,
                  std::uint64_t end, bool whole) {
    if (older == end) {
        if (!whole) proof.push_back(subtree_root(nodes, begin, end));
        return;
    }
    const auto middle = begin + split(end - begin);
    if (older <= middle) {
        add_subproof(proof, nodes, older, begin, middle, whole);
        proof.push_back(subtree_root(nodes, middle, end));
    } else {
        add_subproof(proof, nodes, older, middle, end, false);
        proof.push_back(subtree_root(nodes, begin, middle));
    }
}

}  // namespace

Digest subtree_root(const NodeSource& nodes, std::uint64_t begin, std::uint64_t end) {
    const auto size = end - begin;
    if (std::has_single_bit(size)) {
        const auto level = static_cast<unsigned>(std::countr_zero(size));
        return nodes(level, begin >> level);
    }
    const auto middle = begin + split(size);
    return node_hash(subtree_root(nodes, begin, middle), subtree_root(nodes, middle, end));
}

Proof inclusion_proof(const NodeSource& nodes, std::uint64_t leaf, std::uint64_t size) {
    Proof proof;
    add_path(proof, nodes, leaf, 0, size);
    return proof;
}

Proof consistency_proof(const NodeSource& nodes, std::uint64_t older, std::uint64_t newer) {
    Proof proof;
    add_subproof(proof, nodes, older, 0, newer, true);
    return proof;
}

// §2.1.3.2
bool verify_inclusion(const Proof& proof, const Digest& leaf_hash, std::uint64_t leaf, std::uint64_t size,
                      const Digest& root) {
    if (leaf >= size) return false;
    auto fn = leaf;
    auto sn = size - 1;
    Digest node = leaf_hash;
    for (const auto& sibling : proof) {
        if (sn == 0) return false;
        if ((fn & 1) != 0 || fn == sn) {
            node = node_hash(sibling, node);
            while ((fn & 1) == 0 && fn != 0) {
                fn >>= 1;
                sn >>= 1;
            }
        } else {
            node = node_hash(node, sibling);
        }
        fn >>= 1;
        sn >>= 1;
    }
    return sn == 0 && node == root;
}

// §2.1.4.2
bool verify_consistency(const Proof& proof, std::uint64_t older, const Digest& older_root,
                        std::uint64_t newer, const Digest& newer_root) {
    if (older == 0 || older > newer) return false;
    if (older == newer) return proof.empty() && older_root == newer_root;
    auto rest = std::span(proof);
    auto fn = older - 1;
    auto sn = newer - 1;
    while ((fn & 1) != 0) {
        fn >>= 1;
        sn >>= 1;
    }
    Digest first = older_root;  // a complete subtree's root is not repeated in the proof
    if (!std::has_single_bit(older)) {
        if (rest.empty()) return false;
        first = rest.front();
        rest = rest.subspan(1);
    }
    Digest fr = first;
    Digest sr = first;
    for (const auto& sibling : rest) {
        if (sn == 0) return false;
        if ((fn & 1) != 0 || fn == sn) {
            fr = node_hash(sibling, fr);
            sr = node_hash(sibling, sr);
            while ((fn & 1) == 0 && fn != 0) {
                fn >>= 1;
                sn >>= 1;
            }
        } else {
            sr = node_hash(sr, sibling);
        }
        fn >>= 1;
        sn >>= 1;
    }
    return sn == 0 && fr == older_root && sr == newer_root;
}

}  // namespace myqsec::audit
