#include "audit/tree/tiles.hpp"

#include <fmt/format.h>

namespace myqsec::audit {

using crypto::Digest;

namespace {

CompactRange range_of(const std::vector<Digest>& hashes) {
    CompactRange range;
    for (const auto& hash : hashes)
        range.append(hash);
    return range;
}

std::uint64_t index_at(std::uint64_t size, unsigned level) {
    return size >> (tile_height * (level + 1));
}

}  // namespace

Bytes Tile::encode() const {
    ByteWriter writer;
    for (const auto& hash : hashes)
        writer.raw(hash);
    return writer.take();
}

std::string tile_path(const std::string& kind, std::uint64_t index, std::size_t width) {
    auto path = fmt::format("{:03}", index % 1000);
    for (auto rest = index / 1000; rest > 0; rest /= 1000)
        path = fmt::format("x{:03}/{}", rest % 1000, path);
    if (width < tile_width) path += fmt::format(".p/{}", width);
    return kind + '/' + path;
}

TileStack::TileStack(std::uint64_t size, const std::function<Digest(unsigned, std::uint64_t)>& hash)
    : size_(size) {
    for (unsigned level = 0; size >> (tile_height * level) != 0; ++level) {
        const auto end = size >> (tile_height * level);
        auto& hashes = levels_.emplace_back();
        for (auto at = end - end % tile_width; at < end; ++at)
            hashes.push_back(hash(level, at));
    }
}

std::vector<Tile> TileStack::append(const Digest& leaf) {
    std::vector<Tile> finished;
    Digest node = leaf;
    ++size_;
    for (unsigned level = 0;; ++level) {
        if (levels_.size() == level) levels_.emplace_back();
        auto& hashes = levels_[level];
        hashes.push_back(node);
        if (hashes.size() < tile_width) return finished;
        node = range_of(hashes).root();
        finished.push_back({level, index_at(size_, level) - 1, std::move(hashes)});
        hashes.clear();
    }
}

std::vector<Tile> TileStack::unfinished() const {
    std::vector<Tile> tiles;
    for (unsigned level = 0; level < levels_.size(); ++level) {
        if (!levels_[level].empty()) tiles.push_back({level, index_at(size_, level), levels_[level]});
    }
    return tiles;
}

CompactRange TileStack::range() const {
    CompactRange range;
    for (auto level = static_cast<unsigned>(levels_.size()); level-- > 0;) {
        for (const auto& hash : levels_[level])
            range.append_subtree(tile_height * level, hash);
    }
    return range;
}

}  // namespace myqsec::audit
