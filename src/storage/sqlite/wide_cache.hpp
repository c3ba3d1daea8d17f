// Room for a change of pages all over a database, as of an index of hashes: without it each is read, and
// written to the log, again and again.
#pragma once

#include <cstdint>

#include "storage/sqlite/database.hpp"

namespace myqsec::storage {

/// As long as it lives, within a transaction, the cache of what changes may take so many bytes more.
class WideCache {
 public:
    WideCache(Transaction& transaction, std::int64_t bytes);
    WideCache(const WideCache&) = delete;
    WideCache& operator=(const WideCache&) = delete;
    ~WideCache();

 private:
    Database& database_;
    std::int64_t kib_before_ = 0;
};

}  // namespace myqsec::storage
