#include "audit/log/log_writer.hpp"

#include "audit/event/event_format.hpp"
#include "audit/log/pruning.hpp"
#include "audit/log/tree_store.hpp"
#include "audit/tree/merkle.hpp"
#include "audit/tree/tiles.hpp"
#include "base/error.hpp"

namespace myqsec::audit {

LogWriter::LogWriter(storage::Database& log, Signer& signer)
    : log_(log), signer_(signer), tree_(store::load_tree(log)) {}

void LogWriter::add(store::Record&& record) {
    const auto next = tree_.size() + 1;
    if (record.sequence < next) return check_moved(record);
    if (record.sequence > next) {
        fail(Status::ERR_TAMPERED,
             "audit event {} is missing: the log ends at {} and the outbox goes on at {}", next, tree_.size(),
             record.sequence);
    }
    row_leaves_.push_back(leaf_hash(record.event));
    row_.push_back(std::move(record));
    append_leaf(log_, tree_, row_leaves_.back());
    grown_ = true;
    const bool segment_ends = tree_.range.size() % tile_width == 0;
    const auto action = action_of(row_.back().event);
    const bool control = action == Action::audit_key_created || action == Action::audit_key_rotated ||
                         action == Action::audit_pruned;
    if (!control && !segment_ends) return;
    const Bytes encoded = row_.back().event;
    flush();
    if (control) take_effect(action, next, encoded);
    // Signing now and then inside a long move bounds how many events a verifier can only judge together.
    if (segment_ends && action != Action::audit_key_rotated && signer_.begun()) signer_.sign(tree_);
}

void LogWriter::check_moved(const store::Record& record) {
    flush();
    if (record.sequence < tree_.first) return;
    const auto moved = store::events_from(log_, record.sequence, 1);
    if (moved.empty() || moved.front().sequence != record.sequence || moved.front().event != record.event)
        fail(Status::ERR_TAMPERED, "the outbox has another audit event {} than the log", record.sequence);
}

void LogWriter::flush() {
    if (row_.empty()) return;
    store::insert_events(log_, row_, row_leaves_);
    row_.clear();
    row_leaves_.clear();
}

void LogWriter::take_effect(Action action, std::int64_t sequence, ByteView encoded) {
    const auto event = decode_event(encoded);
    if (action == Action::audit_key_created) {
        signer_.epoch();
    } else if (action == Action::audit_key_rotated) {
        const auto change = KeyChange::parse(event.changes);
        if (!change) fail(Status::ERR_CORRUPT, "audit event {} changes no key", sequence);
        signer_.close_epoch(tree_, *change, event.time);
    } else {
        const auto pruning = Pruning::parse(event.changes);
        if (!pruning) fail(Status::ERR_CORRUPT, "audit event {} prunes nothing", sequence);
        if (pruning->new_first > tree_.first) prune(log_, tree_, pruning->new_first);
    }
}

void LogWriter::finish() {
    if (!grown_) return;
    flush();
    if (signer_.begun()) signer_.sign(tree_);
    store::save_tree(log_, tree_);
}

}  // namespace myqsec::audit
