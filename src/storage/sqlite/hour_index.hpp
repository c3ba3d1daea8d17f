// Which rows may be of a time, where rows are numbered as they come. Clocks are set back, so that time alone
// does not order them: a table says of each hour between which two rows its own lie, others among them.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/clock.hpp"
#include "storage/sqlite/database.hpp"

namespace myqsec::storage {

struct RowRange {
    std::int64_t first = 0;
    std::int64_t last = INT64_MAX;
};

struct HourIndex {
    std::string_view table;
    std::string_view first;  ///< its column
    std::string_view last;   ///< likewise

    [[nodiscard]] static std::int64_t hour_of(Instant time);
    /// The newest row was of that hour, too.
    void add(Database& database, std::int64_t hour, std::int64_t row) const;
    [[nodiscard]] RowRange between(Database& database, Instant from, Instant to) const;
};

}  // namespace myqsec::storage
