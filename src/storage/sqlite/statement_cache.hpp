// Prepared statements kept for reuse, found by their SQL text.
#pragma once

#include <list>
#include <string_view>
#include <unordered_map>

#include <sqlite3.h>

namespace myqsec::storage {

/// Holds idle statements only: one in use is taken out, so the same SQL nested in itself gets a second
/// statement.
class StatementCache {
 public:
    explicit StatementCache(std::size_t capacity) : capacity_(capacity) {}
    StatementCache(const StatementCache&) = delete;
    StatementCache& operator=(const StatementCache&) = delete;
    ~StatementCache() { clear(); }

    /// An idle statement of this SQL, or nullptr.
    [[nodiscard]] sqlite3_stmt* take(std::string_view sql);
    /// Takes ownership back; resets the statement and forgets its parameters, which may be secret.
    void put(sqlite3_stmt* statement) noexcept;
    void clear() noexcept;

 private:
    using Idle = std::list<sqlite3_stmt*>;
    void forget(Idle::iterator at) noexcept;

    std::size_t capacity_;
    Idle idle_;  ///< most recently used first
    /// The keys lie in the statements themselves.
    std::unordered_multimap<std::string_view, Idle::iterator> by_sql_;
};

}  // namespace myqsec::storage
