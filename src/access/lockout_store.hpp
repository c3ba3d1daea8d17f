// The SQL of lockouts.
#pragma once

#include <optional>

#include "access/lockout.hpp"
#include "storage/sqlite/database.hpp"

namespace myqsec::access::store {

struct LockRecord {
    std::int64_t failures = 0;  ///< within the window
    Instant window_start;
    std::int64_t locks = 0;  ///< in a row; doubles the time
    Instant locked_until;
};

std::optional<LockRecord> find_lock(storage::Database& main, const LockKey& key);
void save_lock(storage::Database& main, const LockKey& key, const LockRecord& record);
void delete_lock(storage::Database& main, const LockKey& key);
/// Rows whose window began, and whose lock ended, before that.
void delete_locks_before(storage::Database& main, Instant before);

}  // namespace myqsec::access::store
