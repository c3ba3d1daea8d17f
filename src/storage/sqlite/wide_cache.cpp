#include "storage/sqlite/wide_cache.hpp"

#include "base/error.hpp"

namespace myqsec::storage {

namespace {

/// SQLite counts pages, or, below zero, KiB.
void set_cache(Database& database, std::int64_t kib) {
    database.execute(fmt::format("PRAGMA cache_size = {}", -kib));
}

}  // namespace

WideCache::WideCache(Transaction& transaction, std::int64_t bytes) : database_(transaction.database()) {
    {
        auto rows = database_.query("PRAGMA cache_size");
        if (rows.next()) kib_before_ = -rows.integer(0);
    }
    set_cache(database_, kib_before_ + bytes / 1024);
}

WideCache::~WideCache() {
    try {
        set_cache(database_, kib_before_);
    } catch (const Error&) {  // it stays wide, which costs memory alone
    }
}

}  // namespace myqsec::storage
