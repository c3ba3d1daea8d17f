// myqsec/list.h: reading lists.
#include <algorithm>

#include "abi/machinery/arguments.hpp"
#include "abi/machinery/call.hpp"
#include "abi/machinery/list.hpp"

namespace myqsec::abi {

static_assert(usual_page == MYQSEC_USUAL_ROWS);

bool Cell::fits(myqsec_column_type type) const {
    if (empty()) return true;
    switch (type) {
        case MYQSEC_COLUMN_TEXT:
            return text() != nullptr;
        case MYQSEC_COLUMN_BYTES:
            return bytes() != nullptr;
        case MYQSEC_COLUMN_INTEGER:
        case MYQSEC_COLUMN_BOOLEAN:
        case MYQSEC_COLUMN_INSTANT:
        case MYQSEC_COLUMN_DURATION:
            return integer() != nullptr;
    }
    return false;
}

void List::add_row(std::vector<Cell> row) {
    const auto fits = [](const Cell& cell, const Column& column) { return cell.fits(column.type); };
    if (!std::equal(row.begin(), row.end(), columns_.begin(), columns_.end(), fits)) {
        fail(Status::ERR_INTERNAL, "a row does not fit the columns of its list; please report it");
    }
    rows_.push_back(std::move(row));
}

bool List::next() {
    if (position_ <= rows_.size()) ++position_;
    return position_ <= rows_.size();
}

std::size_t List::index_of(std::string_view column) const {
    const auto found = std::find_if(columns_.begin(), columns_.end(),
                                    [&](const Column& each) { return each.name == column; });
    if (found == columns_.end()) fail(Status::ERR_NOT_FOUND, "the list has no column '{}'", column);
    return static_cast<std::size_t>(found - columns_.begin());
}

const Cell& List::cell(std::string_view column) const {
    const auto index = index_of(column);
    if (position_ == 0 || position_ > rows_.size()) {
        fail(Status::ERR_NOT_POSSIBLE, "the list is not on a row; call myqsec_list_next first");
    }
    return rows_[position_ - 1][index];
}

const Cell& List::cell(std::string_view column, std::initializer_list<myqsec_column_type> types) const {
    const auto type = columns_[index_of(column)].type;
    if (std::find(types.begin(), types.end(), type) == types.end()) {
        fail(Status::ERR_INVALID_ARGUMENT, "column '{}' is of another type", column);
    }
    return cell(column);
}

Page page_of(const myqsec_page* given) {
    const auto page = read_struct_or(given, MYQSEC_PAGE_INIT, "page");
    check_reserved(page.reserved == 0, "page");
    if (page.limit > MYQSEC_MOST_ROWS)
        fail(Status::ERR_INVALID_ARGUMENT, "page.limit must be at most {}", MYQSEC_MOST_ROWS);
    if (page.order > MYQSEC_NEWEST_FIRST)
        fail(Status::ERR_INVALID_ARGUMENT, "page.order {} is none of myqsec_order", page.order);
    if (page.after < 0)
        fail(Status::ERR_INVALID_ARGUMENT, "page.after must be what myqsec_list_more gave, or 0");
    return {.after = page.after,
            .limit = page.limit == 0 ? usual_page : page.limit,
            .descending = page.order == MYQSEC_NEWEST_FIRST};
}

}  // namespace myqsec::abi

using namespace myqsec::abi;

myqsec_status myqsec_list_next(myqsec_list* list) {
    bool on_row = false;
    const auto status = guard([&] { on_row = object_of(list).next(); });
    if (status != MYQSEC_OK) return status;
    return on_row ? MYQSEC_OK : MYQSEC_END;
}

myqsec_status myqsec_list_size(const myqsec_list* list, size_t* out) {
    return guard([&] { output(out, "out") = object_of(list).size(); });
}

myqsec_status myqsec_list_more(const myqsec_list* list, int64_t* after) {
    return guard([&] { output(after, "after") = object_of(list).more(); });
}

myqsec_status myqsec_list_column_count(const myqsec_list* list, size_t* out) {
    return guard([&] { output(out, "out") = object_of(list).columns().size(); });
}

myqsec_status myqsec_list_column(const myqsec_list* list, size_t index, const char** name,
                                 myqsec_column_type* type) {
    return guard([&] {
        const auto columns = object_of(list).columns();
        if (index >= columns.size()) {
            myqsec::fail(myqsec::Status::ERR_NOT_FOUND, "the list has {} columns, and none with index {}",
                         columns.size(), index);
        }
        if (name) *name = columns[index].name;
        if (type) *type = columns[index].type;
    });
}

myqsec_status myqsec_list_has(const myqsec_list* list, const char* column, int* out) {
    return guard([&] { output(out, "out") = object_of(list).cell(text(column, "column")).empty() ? 0 : 1; });
}

myqsec_status myqsec_list_integer(const myqsec_list* list, const char* column, int64_t* out) {
    return guard([&] {
        auto& value = output(out, "out");
        const auto& cell = object_of(list).cell(
            text(column, "column"),
            {MYQSEC_COLUMN_INTEGER, MYQSEC_COLUMN_BOOLEAN, MYQSEC_COLUMN_INSTANT, MYQSEC_COLUMN_DURATION});
        if (cell.integer()) value = *cell.integer();
    });
}

myqsec_status myqsec_list_text(const myqsec_list* list, const char* column, const char** out) {
    return guard([&] {
        auto& value = required(out, "out");
        value = "";
        const auto& cell = object_of(list).cell(text(column, "column"), {MYQSEC_COLUMN_TEXT});
        if (cell.text()) value = cell.text()->c_str();
    });
}

myqsec_status myqsec_list_bytes(const myqsec_list* list, const char* column, const uint8_t** data,
                                size_t* length) {
    return guard([&] {
        auto& from = output(data, "data");
        auto& size = output(length, "length");
        const auto& cell = object_of(list).cell(text(column, "column"), {MYQSEC_COLUMN_BYTES});
        if (!cell.bytes()) return;
        from = cell.bytes()->data();
        size = cell.bytes()->size();
    });
}

void myqsec_list_free(myqsec_list* list) {
    if (list) guard_free([&] { take_object(list); });
}
