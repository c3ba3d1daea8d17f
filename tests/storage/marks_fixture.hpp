// Databases of more pages than the file of marks names as written last, and how an opening looks at them.
#pragma once

#include "storage/disk_image.hpp"
#include "storage/pages/marks_file.hpp"

namespace myqsec::test {

inline constexpr std::string_view marks_name = "main.db-marks";

inline std::uint64_t reads_of(PowerCutDisk& disk, std::string_view name) {
    return disk.names().at(std::string(name))->reads;
}

/// Whether the opening took the marks from their file: only then is anything left to compare.
inline bool opened_by_marks(storage::Database& database) {
    return !database.compare_pages(1);
}

inline void compare_all(storage::Database& database, std::uint32_t at_once = 1000) {
    while (!database.compare_pages(at_once)) {
    }
}

/// Of that many rows each has a page of its own, in order, all of them in the database file.
inline void fill_rows(storage::Database& database, int rows) {
    database.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, state INTEGER, filler BLOB)");
    storage::Transaction transaction(database);
    for (int i = 1; i <= rows; ++i)
        database.run("INSERT INTO t VALUES ($1, 0, zeroblob(3000))", i);
    transaction.commit();
    database.checkpoint();
}

inline void set_rows(storage::Database& database, int first, int last, int state) {
    database.run("UPDATE t SET state = $1 WHERE id BETWEEN $2 AND $3", state, first, last);
}

inline std::int64_t state_of_row(storage::Database& database, int row) {
    return scalar(database, fmt::format("SELECT state FROM t WHERE id = {}", row));
}

inline std::size_t page_count(const Bytes& file) {
    return file.size() / storage::page_size;
}

inline std::vector<std::size_t> pages_that_differ(const Bytes& one, const Bytes& other) {
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < std::min(page_count(one), page_count(other)); ++i) {
        const auto from = static_cast<std::ptrdiff_t>(i * storage::page_size);
        const auto end = from + static_cast<std::ptrdiff_t>(storage::page_size);
        if (!std::equal(one.begin() + from, one.begin() + end, other.begin() + from)) out.push_back(i);
    }
    return out;
}

inline void put_page(Bytes& into, const Bytes& from, std::size_t index) {
    const auto at = static_cast<std::ptrdiff_t>(index * storage::page_size);
    std::copy_n(from.begin() + at, storage::page_size, into.begin() + at);
}

}  // namespace myqsec::test
