#include "storage/sqlite/statement_cache.hpp"

#include <new>

namespace myqsec::storage {

sqlite3_stmt* StatementCache::take(std::string_view sql) {
    const auto found = by_sql_.find(sql);
    if (found == by_sql_.end()) return nullptr;
    sqlite3_stmt* statement = *found->second;
    idle_.erase(found->second);
    by_sql_.erase(found);
    return statement;
}

void StatementCache::put(sqlite3_stmt* statement) noexcept {
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    try {
        idle_.push_front(statement);
        try {
            by_sql_.emplace(sqlite3_sql(statement), idle_.begin());
        } catch (const std::bad_alloc&) {
            idle_.pop_front();
            throw;
        }
    } catch (const std::bad_alloc&) {
        sqlite3_finalize(statement);
        return;
    }
    if (idle_.size() > capacity_) forget(std::prev(idle_.end()));
}

void StatementCache::forget(Idle::iterator at) noexcept {
    const auto [begin, end] = by_sql_.equal_range(sqlite3_sql(*at));
    for (auto entry = begin; entry != end; ++entry) {
        if (entry->second != at) continue;
        by_sql_.erase(entry);
        break;
    }
    sqlite3_finalize(*at);
    idle_.erase(at);
}

void StatementCache::clear() noexcept {
    by_sql_.clear();
    for (sqlite3_stmt* statement : idle_)
        sqlite3_finalize(statement);
    idle_.clear();
}

}  // namespace myqsec::storage
