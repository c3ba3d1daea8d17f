#include "storage/keys/lookup_keys.hpp"

#include "base/error.hpp"
#include "storage/keys/lookup_keys_store.hpp"

namespace myqsec::storage {

std::vector<LookupKey> LookupKeys::all(LookupKind kind) {
    const Snapshot one_state(main_);
    std::vector<LookupKey> keys;
    for (const auto& row : store::lookup_keys(main_, kind))
        keys.push_back({row.version, key_of(row.leaf)});
    if (keys.empty()) fail(Status::ERR_CORRUPT, "the main database has no look-up key");
    return keys;
}

std::shared_ptr<const crypto::Secret> LookupKeys::key_of(LeafId leaf) {
    {
        const std::lock_guard lock(mutex_);
        if (const auto known = known_.find(leaf); known != known_.end()) return known->second;
    }
    auto key = std::make_shared<const crypto::Secret>(leaves_.get(leaf));
    const std::lock_guard lock(mutex_);
    return known_.emplace(leaf, std::move(key)).first->second;
}

void LookupKeys::rotate(Transaction& transaction, LookupKind kind, Instant now) {
    store::retire_lookup_keys(main_, kind, now);
    store::insert_lookup_key(main_, kind, leaves_.create(transaction, LeafKind::lookup));
}

void LookupKeys::destroy(Transaction& transaction, LookupKind kind, std::uint32_t version) {
    if (const auto leaf = store::delete_lookup_key(main_, kind, version)) leaves_.destroy(transaction, *leaf);
}

void LookupKeys::forget() {
    const std::lock_guard lock(mutex_);
    known_.clear();
}

std::optional<LookupKeys::Retired> LookupKeys::oldest_retired(LookupKind kind) {
    const auto rows = store::lookup_keys(main_, kind);
    if (rows.empty() || !rows.back().retired) return std::nullopt;
    return Retired{rows.back().version, *rows.back().retired};
}

void LookupKeys::limit_retired(Transaction& /*transaction*/, Instant now) {
    store::limit_retired(main_, now);
}

void LookupKeys::plant(Transaction& transaction) {
    for (const auto kind : {LookupKind::name, LookupKind::credential}) {
        if (store::lookup_keys(main_, kind).empty()) rotate(transaction, kind, Instant());
    }
}

}  // namespace myqsec::storage
