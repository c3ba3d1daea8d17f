// The SQL of look-up keys: which leaf of the key tree each one is.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "storage/keys/lookup_keys.hpp"
#include "storage/sqlite/database.hpp"

namespace myqsec::storage::store {

struct LookupKeyRow {
    std::uint32_t version = 0;
    LeafId leaf;
    std::optional<Instant> retired;  ///< none: it is the newest
};

/// The newest first.
[[nodiscard]] std::vector<LookupKeyRow> lookup_keys(Database& main, LookupKind kind);
/// Of the next version.
void insert_lookup_key(Database& main, LookupKind kind, LeafId leaf);
/// Returns its leaf, if there was one.
std::optional<LeafId> delete_lookup_key(Database& main, LookupKind kind, std::uint32_t version);
/// All that are not retired yet.
void retire_lookup_keys(Database& main, LookupKind kind, Instant now);
void limit_retired(Database& main, Instant now);

}  // namespace myqsec::storage::store
