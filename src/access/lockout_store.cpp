#include "access/lockout_store.hpp"

namespace myqsec::access::store {

std::optional<LockRecord> find_lock(storage::Database& main, const LockKey& key) {
    auto rows = main.query(
        "SELECT failures, window_start, locks, locked_until FROM access_lockout WHERE scope = $1 AND "
        "scope_hash = $2",
        key.scope, key.hash);
    if (!rows.next()) return std::nullopt;
    return LockRecord{rows.integer(0), rows.instant(1), rows.integer(2), rows.instant(3)};
}

void save_lock(storage::Database& main, const LockKey& key, const LockRecord& record) {
    main.run(
        "INSERT INTO access_lockout (scope, scope_hash, failures, window_start, locks, locked_until) "
        "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (scope, scope_hash) DO UPDATE SET failures = "
        "excluded.failures, "
        "window_start = excluded.window_start, locks = excluded.locks, locked_until = excluded.locked_until",
        key.scope, key.hash, record.failures, record.window_start, record.locks, record.locked_until);
}

void delete_lock(storage::Database& main, const LockKey& key) {
    main.run("DELETE FROM access_lockout WHERE scope = $1 AND scope_hash = $2", key.scope, key.hash);
}

void delete_locks_before(storage::Database& main, Instant before) {
    main.run("DELETE FROM access_lockout WHERE window_start < $1 AND locked_until < $1", before);
}

}  // namespace myqsec::access::store
