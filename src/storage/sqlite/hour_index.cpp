#include "storage/sqlite/hour_index.hpp"

#include <chrono>

#include <fmt/format.h>

namespace myqsec::storage {

std::int64_t HourIndex::hour_of(Instant time) {
    return std::chrono::floor<std::chrono::hours>(time).time_since_epoch().count();
}

void HourIndex::add(Database& database, std::int64_t hour, std::int64_t row) const {
    database.run(fmt::format("INSERT INTO {0} (hour, {1}, {2}) VALUES ($1, $2, $2) "
                             "ON CONFLICT (hour) DO UPDATE SET {2} = $2",
                             table, first, last),
                 hour, row);
}

RowRange HourIndex::between(Database& database, Instant from, Instant to) const {
    if (from == Instant::min() && to == Instant::max()) return {};
    auto rows = database.query(
        fmt::format("SELECT min({1}), max({2}) FROM {0} WHERE hour BETWEEN $1 AND $2", table, first, last),
        hour_of(from), hour_of(to));
    if (!rows.next() || rows.is_null(0)) return {1, 0};
    return {rows.integer(0), rows.integer(1)};
}

}  // namespace myqsec::storage
