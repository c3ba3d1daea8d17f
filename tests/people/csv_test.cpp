// The reader and the writer of CSV.
#include <random>

#include <doctest/doctest.h>

#include "base/status_of.hpp"
#include "people/csv_reader.hpp"
#include "people/csv_writer.hpp"

using namespace myqsec;
using namespace myqsec::people;

namespace {

using Cells = std::vector<std::vector<std::string>>;

std::vector<CsvRow> read_in_parts(std::string_view text, std::size_t part,
                                  std::optional<char> separator = {}) {
    std::vector<CsvRow> rows;
    CsvReader reader(separator, [&](CsvRow&& row) { rows.push_back(std::move(row)); });
    for (; !text.empty(); text.remove_prefix(std::min(part, text.size())))
        reader.feed(as_bytes(text.substr(0, part)));
    reader.finish();
    return rows;
}

Cells cells_of(std::string_view text, std::optional<char> separator = {}) {
    Cells cells;
    for (auto& row : read_in_parts(text, SIZE_MAX, separator)) {
        CHECK_MESSAGE(row.problem.empty(), std::string(row.problem));
        cells.push_back(std::move(row.cells));
    }
    return cells;
}

/// The only row that has a problem.
CsvRow problem_in(std::string_view text) {
    CsvRow found;
    for (auto& row : read_in_parts(text, 7)) {
        if (row.problem.empty()) continue;
        CHECK(found.problem.empty());
        found = std::move(row);
    }
    REQUIRE_FALSE(found.problem.empty());
    return found;
}

}  // namespace

TEST_CASE("rows are read as RFC 4180 writes them, and as programs do") {
    CHECK(cells_of("a,b\r\n1,\"two, \"\"three\"\"\"\r\n") == Cells{{"a", "b"}, {"1", "two, \"three\""}});
    CHECK(cells_of("a,b\n1,2") == Cells{{"a", "b"}, {"1", "2"}});
    CHECK(cells_of("a,b\r1,2\r") == Cells{{"a", "b"}, {"1", "2"}});
    CHECK(cells_of("\xEF\xBB\xBF"
                   "a,b\n,\n") == Cells{{"a", "b"}, {"", ""}});
    CHECK(cells_of("\n\r\n\na,b\n\n1,\"x\r\ny\"\n") == Cells{{"a", "b"}, {"1", "x\r\ny"}});
    CHECK(cells_of("5\" floppy,b\n") == Cells{{"5\" floppy", "b"}});
    CHECK(cells_of("a\n\"\"\n") == Cells{{"a"}, {""}});
    CHECK(cells_of("").empty());
    CHECK(cells_of("\xEF\xBB\xBF").empty());
}

TEST_CASE("the separator is the one of the first line, quotes apart, or the one that is said") {
    CHECK(cells_of("a;b;c\n1,5;2;3\n") == Cells{{"a", "b", "c"}, {"1,5", "2", "3"}});
    CHECK(cells_of("a\tb\n1,5\t2\n") == Cells{{"a", "b"}, {"1,5", "2"}});
    CHECK(cells_of("\"x;y;z\",b\n1,2\n") == Cells{{"x;y;z", "b"}, {"1", "2"}});
    CHECK(cells_of("a,b;c\n", ';') == Cells{{"a,b", "c"}});
    CHECK(cells_of("alone\nx;y\n") == Cells{{"alone"}, {"x;y"}});
}

TEST_CASE("a row that cannot be read says where it begins and why, and those behind it are read") {
    CHECK(problem_in("a,b\n1,\"x\"y\n3,4\n").line == 2);
    CHECK(problem_in("a,b\n\"two\nlines\",2\n1,\"x\"y\n").line == 4);
    CHECK(problem_in("a,b\r\n\r\n1,\"open\r\n3,4\r\n").line == 3);
    CHECK(problem_in(std::string("a,b\n1,\0\n3,4\n", 12)).problem.find("NUL") != std::string_view::npos);
    const std::string long_row(1 << 20, 'x');
    const auto too_long = problem_in("a,b\n" + long_row + ",2\n3,4\n");
    CHECK(too_long.line == 2);
    CHECK(too_long.cells.front().size() <= CsvReader::most_bytes);
    CHECK(problem_in("a,b\n" + std::string(300, ',') + "\n").cells.size() == CsvReader::most_cells);
    const auto rows = read_in_parts("a,b\n" + long_row + ",2\n3,4\n", 4096);
    REQUIRE(rows.size() == 3);
    CHECK(rows[2].line == 3);
    CHECK(rows[2].problem.empty());
}

TEST_CASE("a file in UTF-16 is refused by its mark") {
    for (const std::string mark : {"\xFF\xFE", "\xFE\xFF"}) {
        CHECK(test::status_of([&] { (void)read_in_parts(mark + std::string("a\0b\0\n\0", 6), 3); }) ==
              Status::ERR_INVALID_ARGUMENT);
    }
}

TEST_CASE("rows are the same however the file is divided") {
    std::mt19937 random(7);
    for (int round = 0; round < 300; ++round) {
        std::string text;
        for (auto left = random() % 60; left > 0; --left)
            text += std::string_view("\"\",;\t\r\nab\xC3\xA9")[random() % 11];
        const auto whole = read_in_parts(text, SIZE_MAX);
        for (const std::size_t part : {1, 2, 3, 7}) {
            const auto divided = read_in_parts(text, part);
            REQUIRE(divided.size() == whole.size());
            for (std::size_t i = 0; i < whole.size(); ++i) {
                CHECK(divided[i].line == whole[i].line);
                CHECK(divided[i].cells == whole[i].cells);
                CHECK(divided[i].problem == whole[i].problem);
            }
        }
    }
}

TEST_CASE("what is written is read as it was, whatever the reader takes for the separator") {
    std::mt19937 random(8);
    for (int round = 0; round < 200; ++round) {
        std::vector<std::string> cells(random() % 4 + 1);
        for (auto& cell : cells) {
            for (auto left = random() % 8; left > 0; --left)
                cell += std::string_view("\",;\t\r\n'=+a")[random() % 10];
        }
        for (const char separator : {',', ';', '\t'})
            CHECK(cells_of(csv_row(cells, separator), separator) == Cells{cells});
    }
}

TEST_CASE("no cell begins a formula, and each is what it was when it is read") {
    for (const std::string text : {"=1+1", "+420 123", "-5", "@cmd", "\tx", "'=x", "''+x", "\xEF\xBC\x9Dx",
                                   "'plain", "plain", "", "a=b"}) {
        const auto cell = defused(text);
        CAPTURE(text);
        CHECK(undefused(cell) == text);
        CHECK(std::string_view("=+-@\t\r").find(cell.empty() ? 'x' : cell.front()) == std::string_view::npos);
        CHECK_FALSE(cell.starts_with("\xEF\xBC\x9D"));
    }
    CHECK(undefused("'apostrophe first") == "'apostrophe first");
}
