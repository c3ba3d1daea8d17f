#include "audit/log/pruning.hpp"

#include <algorithm>
#include <bit>

#include "audit/event/event_format.hpp"
#include "audit/log/audit_store.hpp"
#include "audit/log/tree_store.hpp"
#include "audit/tree/tiles.hpp"
#include "base/error.hpp"

namespace myqsec::audit {

namespace {

constexpr std::int64_t segment = tile_width;
constexpr std::int64_t segments_at_once = 64;

/// The last event's first, because that alone nearly always decides. Clocks are set back: it need not be the
/// youngest.
bool is_old_segment(storage::Database& log, std::int64_t first, Instant cutoff) {
    const auto last = store::events_from(log, first + segment - 1, 1);
    if (last.empty() || time_of(last.front().event) >= cutoff) return false;
    const auto all = store::events_from(log, first, segment);
    return std::ranges::all_of(all, [&](const auto& record) { return time_of(record.event) < cutoff; });
}

/// Stores the roots of the largest complete subtrees that begin … end−1 divides into.
void pin_subtrees(storage::Database& log, const NodeSource& nodes, std::uint64_t begin, std::uint64_t end) {
    while (begin < end) {
        auto size = std::bit_floor(end - begin);
        if (begin != 0) size = std::min(size, std::uint64_t{1} << std::countr_zero(begin));
        const auto level = static_cast<unsigned>(std::countr_zero(size));
        store::insert_node(log, level, begin >> level, nodes(level, begin >> level));
        begin += size;
    }
}

/// What proves a tree of `size` to be the beginning of one that goes beyond its segment.
void pin_checkpoint(storage::Database& log, const NodeSource& nodes, std::int64_t size) {
    const auto at = static_cast<std::uint64_t>(size);
    const auto begin = at - at % tile_width;
    if (at == begin) return;
    pin_subtrees(log, nodes, begin, at);
    pin_subtrees(log, nodes, at, begin + tile_width);
}

}  // namespace

std::int64_t first_after_pruning(storage::Database& log, const store::TreeState& tree, Instant cutoff) {
    auto first = tree.first;
    const auto limit = first + segments_at_once * segment;
    // Something stays, so that the newest checkpoint always covers events that are there.
    while (first < limit && first + segment <= tree.size() && is_old_segment(log, first, cutoff))
        first += segment;
    return first;
}

std::optional<Instant> youngest_of_segment(storage::Database& log, const store::TreeState& tree) {
    if (tree.first + segment > tree.size()) return std::nullopt;
    auto youngest = Instant::min();
    for (const auto& record : store::events_from(log, tree.first, segment))
        youngest = std::max(youngest, time_of(record.event));
    return youngest;
}

void prune(storage::Database& log, store::TreeState& tree, std::int64_t first) {
    if (first <= tree.first || (first - 1) % segment != 0 || first > tree.size()) {
        fail(Status::ERR_TAMPERED, "the audit log cannot begin with event {}: it has events {} to {}", first,
             tree.first, tree.size());
    }
    store::delete_passing_checkpoints_to(log, first - 1);
    const auto nodes = log_nodes(log);
    for (const auto& checkpoint : store::checkpoints(log, tree.first, first - 1))
        pin_checkpoint(log, nodes, checkpoint.size);
    store::delete_events_to(log, first - 1);
    tree.first = first;
}

}  // namespace myqsec::audit
