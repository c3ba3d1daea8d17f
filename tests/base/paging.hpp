// A list read in pages of any size is the whole list, in both orders, whatever comes and goes meanwhile; and
// no statement of it walks what is stored.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "base/page.hpp"

namespace myqsec::test {

/// All keys, a page at a time. `between` runs after each page. Pages are `full` but for the last one, unless
/// some of what they have looked at is not shown.
template <bool full = true, class List, class Key>
std::vector<std::int64_t> paged(
    const List& list, Key key, Page page, const std::function<void()>& between = [] {}) {
    std::vector<std::int64_t> keys;
    do {
        const auto rows = list(page);
        CHECK(rows.size() <= page.limit);
        CHECK((!full || rows.size() == page.limit || rows.more == 0));
        for (const auto& row : rows)
            keys.push_back(key(row));
        page.after = rows.more;
        between();
    } while (page.after != 0);
    return keys;
}

template <bool full = true, class List, class Key>
void check_pages(const List& list, Key key, std::vector<std::int64_t> whole) {
    std::ranges::sort(whole);
    for (const bool descending : {false, true}) {
        if (descending) std::ranges::reverse(whole);
        for (const std::size_t limit : {1U, 7U, 100U}) {
            CAPTURE(limit);
            CAPTURE(descending);
            CHECK(paged<full>(list, key, {.limit = limit, .descending = descending}) == whole);
        }
    }
}

/// Each step of each statement's plan goes by an index, or through what is bounded by the page or the caller.
template <class Database>
void check_plans(Database& database, const std::vector<std::string_view>& statements,
                 const std::vector<std::string>& tables) {
    for (const auto statement : statements) {
        CAPTURE(std::string(statement));
        const auto sql = "EXPLAIN QUERY PLAN " + std::string(statement);
        auto rows = database.query(sql);
        while (rows.next()) {
            const std::string step(rows.text(3));
            for (const auto& table : tables)
                CHECK_MESSAGE((step != "SCAN " + table && !step.starts_with("SCAN " + table + " ")), step);
        }
    }
}

}  // namespace myqsec::test
