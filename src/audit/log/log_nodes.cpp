#include "audit/log/log_nodes.hpp"

#include "audit/log/audit_store.hpp"
#include "audit/tree/tiles.hpp"
#include "base/error.hpp"

namespace myqsec::audit {

using crypto::Digest;

namespace {

std::vector<Digest> neighbours(storage::Database& log, unsigned level, std::uint64_t position,
                               std::size_t count) {
    if (level > 0) return store::nodes_from(log, level, position, count);
    const auto first = static_cast<std::int64_t>(position) + 1;
    return store::leaves_of(log, first, first + static_cast<std::int64_t>(count) - 1);
}

Digest node_of(storage::Database& log, unsigned level, std::uint64_t position) {
    if (const auto stored = store::node(log, level, position)) return *stored;
    const unsigned above = level % tile_height;
    const unsigned base = level - above;
    const auto count = std::size_t{1} << above;
    const auto hashes = neighbours(log, base, position << above, count);
    if (hashes.size() != count) {
        fail(Status::ERR_NOT_POSSIBLE,
             "events {} to {} of the audit log were pruned, so that nothing can be proven inside them",
             (position << level) + 1, (position + 1) << level);
    }
    CompactRange range;
    for (const auto& hash : hashes)
        range.append(hash);
    return range.root();
}

}  // namespace

NodeSource log_nodes(storage::Database& log) {
    return [&log](unsigned level, std::uint64_t position) { return node_of(log, level, position); };
}

void append_leaf(storage::Database& log, store::TreeState& tree, const Digest& leaf) {
    tree.range.append(leaf, [&](unsigned level, std::uint64_t position, const Digest& hash) {
        if (level > 0 && level % tile_height == 0) store::insert_node(log, level, position, hash);
    });
}

}  // namespace myqsec::audit
