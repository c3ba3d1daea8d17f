// A page of a list. Lists go by a key that only grows: where a page begins does not depend on what comes and
// goes meanwhile, and reading one costs no more at the end of a list than at its beginning.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <utility>
#include <vector>

namespace myqsec {

inline constexpr std::size_t usual_page = 1000;

struct Page {
    std::int64_t after = 0;  ///< the key of the last row that is known already; 0: from the beginning
    std::size_t limit = usual_page;
    bool descending = false;  ///< the greatest key, which is the newest, first

    /// What a statement compares the key with: greater, or less if descending.
    [[nodiscard]] std::int64_t edge() const { return descending && after == 0 ? INT64_MAX : after; }
    /// How many rows a statement looks for: one more than the page has says that there is another page.
    [[nodiscard]] std::int64_t rows() const {
        return static_cast<std::int64_t>(std::min<std::size_t>(limit, INT32_MAX)) + 1;
    }
    [[nodiscard]] bool goes_beyond(std::int64_t key) const {
        return descending ? key < edge() : key > edge();
    }
};

/// A statement that reads a page, in both directions.
struct BothWays {
    std::string_view ascending;
    std::string_view descending;
    [[nodiscard]] std::string_view of(const Page& page) const {
        return page.descending ? descending : ascending;
    }
};
[[nodiscard]] inline std::vector<std::string_view> both_ways(std::initializer_list<BothWays> statements) {
    std::vector<std::string_view> all;
    for (const auto& one : statements) {
        all.push_back(one.ascending);
        all.push_back(one.descending);
    }
    return all;
}

/// The rows of a page, and `after` of the next one; 0: there is none.
template <class T>
struct Paged : std::vector<T> {
    using std::vector<T>::vector;
    std::int64_t more = 0;
};

/// `rows` are those that a statement found, Page::rows() at most. `key` is that of a row.
template <class T, class Key>
Paged<T> page_of(std::vector<T> rows, const Page& page, Key key) {
    Paged<T> out;
    static_cast<std::vector<T>&>(out) = std::move(rows);
    if (out.size() <= page.limit) return out;
    out.erase(out.begin() + static_cast<std::ptrdiff_t>(page.limit), out.end());
    if (!out.empty()) out.more = key(out.back());
    return out;
}

}  // namespace myqsec
