#include "audit/log_writer.hpp"

#include "audit/event_format.hpp"
#include "audit/log_nodes.hpp"
#include "audit/merkle.hpp"
#include "audit/pruning.hpp"
#include "audit/tiles.hpp"
#include "base/error.hpp"

namespace myqsec::audit {

LogWriter::LogWriter(storage::Database& log, Signer& signer)
    : log_(log), signer_(signer), tree_(store::load_tree(log)) {}

void LogWriter::add(const store::Record& record) {
    const auto next = tree_.size() + 1;
    if (record.sequence < next) return check_moved(record);
    if (record.sequence > next) {
        fail(Status::ERR_TAMPERED,
             "audit event {} is missing: the log ends at {} and the outbox goes on at {}", next, tree_.size(),
             record.sequence);
    }
    const auto leaf = leaf_hash(record.event);
    store::insert_event(log_, record, leaf);
    append_leaf(log_, tree_, leaf);
    grown_ = true;
    take_effect(record);
}

void LogWriter::check_moved(const store::Record& record) {
    const auto moved = store::events_from(log_, record.sequence, 1);
    const bool pruned = record.sequence < tree_.first;
    if (!pruned &&
        (moved.empty() || moved.front().sequence != record.sequence || moved.front().event != record.event))
        fail(Status::ERR_TAMPERED, "the outbox has another audit event {} than the log", record.sequence);
}

void LogWriter::take_effect(const store::Record& record) {
    const auto action = action_of(record.event);
    if (action == Action::audit_key_rotated) {
        const auto event = decode_event(record.event);
        const auto change = KeyChange::parse(event.changes);
        if (!change) fail(Status::ERR_CORRUPT, "audit event {} changes no key", record.sequence);
        signer_.close_epoch(tree_, *change, event.time);
        return;
    }
    if (action == Action::audit_pruned) {
        const auto pruning = Pruning::parse(decode_event(record.event).changes);
        if (!pruning) fail(Status::ERR_CORRUPT, "audit event {} prunes nothing", record.sequence);
        if (pruning->new_first > tree_.first) prune(log_, tree_, pruning->new_first);
    }
    // Signing now and then inside a long move bounds how many events a verifier can only judge together.
    if (tree_.range.size() % tile_width == 0) signer_.sign(tree_);
}

void LogWriter::finish() {
    if (grown_) {
        signer_.sign(tree_);
        store::save_tree(log_, tree_);
    }
}

}  // namespace myqsec::audit
