// Lists: rows of named, typed cells, filled once and then only read.
#pragma once

#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "abi/machinery/handle.hpp"
#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/page.hpp"
#include "myqsec/list.h"

namespace myqsec::abi {

struct Column {
    const char* name;
    myqsec_column_type type;
};

/// A value, or none.
class Cell {
 public:
    Cell() = default;
    Cell(std::int64_t value) : value_(value) {}                    // NOLINT(google-explicit-constructor)
    Cell(bool value) : value_(std::int64_t{value}) {}              // NOLINT(google-explicit-constructor)
    Cell(std::string value) : value_(std::move(value)) {}          // NOLINT(google-explicit-constructor)
    Cell(std::string_view value) : value_(std::string(value)) {}   // NOLINT(google-explicit-constructor)
    Cell(const char* value) : value_(std::string(value)) {}        // NOLINT(google-explicit-constructor)
    Cell(Bytes value) : value_(std::move(value)) {}                // NOLINT(google-explicit-constructor)
    Cell(Instant value) : value_(to_milliseconds(value)) {}        // NOLINT(google-explicit-constructor)
    Cell(Duration value) : value_(std::int64_t{value.count()}) {}  // NOLINT(google-explicit-constructor)
    template <class Tag>
    Cell(Id<Tag> value) : value_(value.value) {}  // NOLINT(google-explicit-constructor)
    template <std::size_t N>
    Cell(const ByteArray<N>& value)
        : value_(Bytes(value.begin(), value.end())) {}  // NOLINT(google-explicit-constructor)
    template <class T>
    Cell(const std::optional<T>& value) {  // NOLINT(google-explicit-constructor)
        if (value) *this = Cell(*value);
    }

    [[nodiscard]] bool empty() const { return std::holds_alternative<std::monostate>(value_); }
    [[nodiscard]] bool fits(myqsec_column_type type) const;
    [[nodiscard]] const std::int64_t* integer() const { return std::get_if<std::int64_t>(&value_); }
    [[nodiscard]] const std::string* text() const { return std::get_if<std::string>(&value_); }
    [[nodiscard]] const Bytes* bytes() const { return std::get_if<Bytes>(&value_); }

 private:
    std::variant<std::monostate, std::int64_t, std::string, Bytes> value_;
};

class List {
 public:
    /// `columns` are static.
    explicit List(std::span<const Column> columns) : columns_(columns) {}

    /// One cell for each column. Throws ERR_INTERNAL if number or types differ.
    template <class... Values>
    void add(Values&&... values) {
        std::vector<Cell> row;
        row.reserve(sizeof...(values));
        (row.emplace_back(std::forward<Values>(values)), ...);
        add_row(std::move(row));
    }

    /// A row for each of the page's, made by `row`, and the page's end.
    template <class T, class Row>
    void add_page(const Paged<T>& page, Row&& row) {
        for (const auto& one : page)
            row(one);
        more_ = page.more;
    }

    [[nodiscard]] bool next();
    [[nodiscard]] std::int64_t more() const { return more_; }
    [[nodiscard]] std::size_t size() const { return rows_.size(); }
    [[nodiscard]] std::span<const Column> columns() const { return columns_; }
    /// The current row's. Throws ERR_NOT_FOUND, ERR_NOT_POSSIBLE.
    [[nodiscard]] const Cell& cell(std::string_view column) const;
    /// The same; ERR_INVALID_ARGUMENT unless the column is of one of these types.
    [[nodiscard]] const Cell& cell(std::string_view column,
                                   std::initializer_list<myqsec_column_type> types) const;

 private:
    void add_row(std::vector<Cell> row);
    [[nodiscard]] std::size_t index_of(std::string_view column) const;

    std::span<const Column> columns_;
    std::deque<std::vector<Cell>> rows_;
    std::size_t position_ = 0;  ///< 0: before the first row
    std::int64_t more_ = 0;     ///< where the next page begins; 0: there is none
};

template <>
struct HandleType<myqsec_list> {
    using Object = List;
    static constexpr auto kind = HandleKind::list;
    static constexpr const char* noun = "list";
};

/// As myqsec_page says; the first page for NULL.
[[nodiscard]] Page page_of(const myqsec_page* given);

inline myqsec_list* new_list(List&& list) {
    return new_handle<myqsec_list>(std::make_unique<List>(std::move(list)));
}

}  // namespace myqsec::abi
