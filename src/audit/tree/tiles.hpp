// The tree as tiles of 256 hashes (C2SP tlog-tiles, height 8): tile N of level L holds the roots of 256
// neighbouring complete subtrees of 256^L leaves each. Building them needs the unfinished tile of each level,
// and no more.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "audit/tree/merkle.hpp"
#include "crypto/hash.hpp"

namespace myqsec::audit {

inline constexpr std::uint64_t tile_width = 256;
inline constexpr unsigned tile_height = 8;

struct Tile {
    unsigned level = 0;
    std::uint64_t index = 0;
    std::vector<crypto::Digest> hashes;

    [[nodiscard]] Bytes encode() const;
};

/// "tile/0/x001/234", or "tile/0/x001/234.p/17" for one of only 17 hashes. `kind` is "tile/0", or whatever
/// else comes in pieces of 256.
[[nodiscard]] std::string tile_path(const std::string& kind, std::uint64_t index, std::size_t width);

class TileStack {
 public:
    TileStack() = default;
    /// As it is behind `size` leaves; hash(level, index) is called for what the unfinished tiles hold: the
    /// roots of subtrees of 256^level leaves.
    TileStack(std::uint64_t size, const std::function<crypto::Digest(unsigned, std::uint64_t)>& hash);

    /// Returns the tiles that the leaf finished, lowest first.
    std::vector<Tile> append(const crypto::Digest& leaf);
    /// What is unfinished, lowest first; levels whose tile is empty are left out.
    [[nodiscard]] std::vector<Tile> unfinished() const;
    [[nodiscard]] std::uint64_t size() const { return size_; }
    /// The same tree, for its root.
    [[nodiscard]] CompactRange range() const;

 private:
    std::uint64_t size_ = 0;
    std::vector<std::vector<crypto::Digest>> levels_;
};

}  // namespace myqsec::audit
