#include "storage/keys/node_keys.hpp"

namespace myqsec::storage {

std::optional<crypto::Secret> NodeKeys::find(std::int64_t node) {
    const std::lock_guard lock(mutex_);
    const auto found = by_node_.find(node);
    if (found == by_node_.end()) return std::nullopt;
    entries_.splice(entries_.begin(), entries_, found->second);
    return found->second->key.clone();
}

void NodeKeys::put(std::int64_t node, const crypto::Secret& key) {
    const std::lock_guard lock(mutex_);
    put_locked(node, key);
}

void NodeKeys::put_of(std::uint32_t epoch, std::int64_t node, const crypto::Secret& key) {
    const std::lock_guard lock(mutex_);
    if (epoch >= expected_) put_locked(node, key);
}

void NodeKeys::expect(std::uint32_t epoch) {
    const std::lock_guard lock(mutex_);
    expected_ = epoch;
}

void NodeKeys::put_locked(std::int64_t node, const crypto::Secret& key) {
    const auto found = by_node_.find(node);
    if (found != by_node_.end()) {
        entries_.splice(entries_.begin(), entries_, found->second);
        entries_.front().key = key.clone();
        return;
    }
    entries_.push_front({node, key.clone()});
    try {
        by_node_.emplace(node, entries_.begin());
    } catch (...) {
        entries_.pop_front();
        throw;
    }
    if (entries_.size() <= most) return;
    by_node_.erase(entries_.back().node);
    entries_.pop_back();
}

void NodeKeys::clear() {
    const std::lock_guard lock(mutex_);
    by_node_.clear();
    entries_.clear();
    expected_ = 0;
}

}  // namespace myqsec::storage
