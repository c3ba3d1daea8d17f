#include "audit/tree/proof.hpp"

#include <bit>

#include <doctest/doctest.h>

#include "audit/log_fixture.hpp"
#include "audit/tree/merkle.hpp"
#include "audit/tree/tiles.hpp"

using namespace myqsec;
using namespace myqsec::audit;

namespace {

std::vector<crypto::Digest> some_leaves(std::size_t count) {
    std::vector<crypto::Digest> leaves;
    for (std::size_t i = 0; i < count; ++i)
        leaves.push_back(leaf_hash(as_bytes("leaf " + std::to_string(i))));
    return leaves;
}

crypto::Digest root_of(const std::vector<crypto::Digest>& leaves, std::size_t size) {
    CompactRange range;
    for (std::size_t i = 0; i < size; ++i)
        range.append(leaves[i]);
    return range.root();
}

NodeSource nodes_of(const std::vector<crypto::Digest>& leaves) {
    return [&leaves](unsigned level, std::uint64_t position) {
        CompactRange range;
        for (auto i = position << level; i < (position + 1) << level; ++i)
            range.append(leaves.at(static_cast<std::size_t>(i)));
        return range.root();
    };
}

}  // namespace

TEST_CASE("every leaf is proven to be in every tree, and in no other place") {
    const auto leaves = some_leaves(40);
    const auto nodes = nodes_of(leaves);
    for (std::size_t size = 1; size <= leaves.size(); ++size) {
        const auto root = root_of(leaves, size);
        for (std::size_t leaf = 0; leaf < size; ++leaf) {
            const auto proof = inclusion_proof(nodes, leaf, size);
            CHECK(proof.size() <= static_cast<std::size_t>(std::bit_width(size - 1)));
            CHECK(verify_inclusion(proof, leaves[leaf], leaf, size, root));
            CHECK_FALSE(verify_inclusion(proof, leaves[(leaf + 1) % leaves.size()], leaf, size, root));
            CHECK_FALSE(verify_inclusion(proof, leaves[leaf], size, size, root));
            auto longer = proof;
            longer.push_back(root);
            CHECK_FALSE(verify_inclusion(longer, leaves[leaf], leaf, size, root));
            if (size > 1) CHECK_FALSE(verify_inclusion(proof, leaves[leaf], leaf ^ 1, size, root));
        }
    }
}

TEST_CASE("every tree is proven to be the beginning of every larger one, and of no other") {
    const auto leaves = some_leaves(40);
    const auto nodes = nodes_of(leaves);
    for (std::size_t newer = 1; newer <= leaves.size(); ++newer) {
        const auto root = root_of(leaves, newer);
        for (std::size_t older = 1; older <= newer; ++older) {
            const auto proof = consistency_proof(nodes, older, newer);
            const auto old_root = root_of(leaves, older);
            CHECK(verify_consistency(proof, older, old_root, newer, root));
            auto other = old_root;
            other[5] ^= 1;
            CHECK_FALSE(verify_consistency(proof, older, other, newer, root));
            CHECK_FALSE(verify_consistency(proof, older, old_root, newer, other));
            if (proof.empty()) continue;
            auto shorter = proof;
            shorter.pop_back();
            CHECK_FALSE(verify_consistency(shorter, older, old_root, newer, root));
        }
        CHECK_FALSE(verify_consistency({}, 0, crypto::sha256({}), newer, root));
    }
}

TEST_CASE("the log's stored roots give the proofs that its leaves give") {
    test::LogFixture f;
    f.record(700);
    f.audit().drain();
    f.record(70'000);
    const auto head = f.audit().head(test::auditor);
    const auto leaves = store::leaves_of(f.vault->log(), 1, head.size);
    REQUIRE(leaves.size() == 70'700);
    for (const std::int64_t event : {1, 256, 257, 700, 701, 65'536, 65'537, 70'700}) {
        const auto leaf = leaves[static_cast<std::size_t>(event - 1)];
        for (const auto size :
             {std::max<std::int64_t>(event, 777), std::max<std::int64_t>(event, 65'536), head.size}) {
            CHECK(verify_inclusion(f.audit().inclusion(test::auditor, event, size), leaf,
                                   static_cast<std::uint64_t>(event - 1), static_cast<std::uint64_t>(size),
                                   f.audit().root(test::auditor, size)));
        }
        CHECK(verify_consistency(f.audit().consistency(test::auditor, event, head.size),
                                 static_cast<std::uint64_t>(event), f.audit().root(test::auditor, event),
                                 static_cast<std::uint64_t>(head.size), head.root));
    }
    CHECK(f.audit().root(test::auditor, 70'000) == root_of(leaves, 70'000));
    CHECK(test::status_of([&] { (void)f.audit().inclusion(test::auditor, 0, 5); }) ==
          Status::ERR_INVALID_ARGUMENT);
    CHECK(test::status_of([&] { (void)f.audit().inclusion(test::auditor, 6, 5); }) ==
          Status::ERR_INVALID_ARGUMENT);
    CHECK(test::status_of([&] { (void)f.audit().consistency(test::auditor, 1, head.size + 1); }) ==
          Status::ERR_INVALID_ARGUMENT);
}

TEST_CASE("tiles of any size make the same tree as their leaves") {
    const auto leaves = some_leaves(1500);
    TileStack tiles;
    std::size_t finished = 0;
    for (std::size_t size = 1; size <= leaves.size(); ++size) {
        finished += tiles.append(leaves[size - 1]).size();
        if (size % 97 == 0 || size % 256 < 2) CHECK(tiles.range().root() == root_of(leaves, size));
    }
    CHECK(finished == 5);
    CHECK(tile_path("tile/0", 1'234'067, 256) == "tile/0/x001/x234/067");
    CHECK(tile_path("tile/entries", 5, 17) == "tile/entries/005.p/17");
    CHECK(tile_path("tile/1", 1000, 256) == "tile/1/x001/000");
}
