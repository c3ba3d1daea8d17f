// The reader of CSV, which gets anybody's bytes, and the columns that files of people have.
#include <algorithm>

#include "fuzz/fuzz_target.hpp"
#include "people/columns.hpp"
#include "people/csv_reader.hpp"
#include "people/csv_writer.hpp"

namespace myqsec::fuzz {

namespace {

using Rows = std::vector<people::CsvRow>;

Rows read_in_parts(ByteView text, std::optional<char> separator, std::size_t part) {
    Rows rows;
    people::CsvReader reader(separator, [&](people::CsvRow&& row) { rows.push_back(std::move(row)); });
    for (auto rest = text; !rest.empty(); rest = rest.subspan(std::min(part, rest.size())))
        reader.feed(rest.first(std::min(part, rest.size())));
    reader.finish();
    return rows;
}

bool same(const Rows& a, const Rows& b) {
    return std::ranges::equal(a, b, [](const auto& one, const auto& other) {
        return one.line == other.line && one.cells == other.cells && one.problem == other.problem;
    });
}

void read_columns(const Rows& rows, const people::ColumnOptions& options) {
    if (rows.empty()) return;
    std::optional<people::Columns> columns;
    const auto status =
        attempt([&] { columns.emplace(options, rows.front()); }, {Status::ERR_INVALID_ARGUMENT});
    if (status != Status::OK) return;
    for (const auto& row : rows) {
        std::optional<people::PersonRow> person;
        attempt([&] { person = columns->read(row); }, {Status::ERR_INVALID_ARGUMENT});
        if (!person || !person->groups) continue;
        for (const auto& path : *person->groups)
            require(!path.empty(), "a group's path has a group");
    }
}

void write_and_read(const people::CsvRow& row, char separator) {
    std::vector<std::string> cells;
    for (const auto& cell : row.cells)
        cells.push_back(people::defused(cell));
    // Behind a header: at the beginning of a file some bytes are a mark.
    const auto text = "header\r\n" + people::csv_row(cells, separator);
    const auto again = read_in_parts(as_bytes(text), separator, text.size());
    require(again.size() == 2 && again.back().cells.size() == cells.size(),
            "a row that is written is one row");
    if (!again.back().problem.empty()) return;  // written it is longer
    for (std::size_t i = 0; i < cells.size(); ++i)
        require(people::undefused(again.back().cells[i]) == row.cells[i], "a cell is read as it was written");
}

}  // namespace

void run(ByteView input) {
    Choices choices(input);
    const auto mode = choices.byte();
    const auto part = choices.byte() + std::size_t{1};
    const std::optional<char> separators[] = {std::nullopt, ',', ';', '\t'};
    const auto separator = separators[mode % 4];
    Rows whole;
    const auto text = choices.rest();
    const auto status =
        attempt([&] { whole = read_in_parts(text, separator, text.size()); }, {Status::ERR_INVALID_ARGUMENT});
    if (status != Status::OK) return;
    require(same(whole, read_in_parts(text, separator, part)),
            "rows are the same however the file is divided");
    people::ColumnOptions options;
    options.map = static_cast<people::ColumnMap>(mode / 4 % 3 + 1);
    options.header = mode / 12 % 2 == 0;
    options.clear_empty = mode / 24 % 2 == 0;
    read_columns(whole, options);
    for (const auto& row : whole) {
        if (row.problem.empty()) write_and_read(row, separator.value_or(','));
    }
}

std::vector<Bytes> seeds() {
    const auto seed = [](std::uint8_t mode, std::string_view text) {
        return ByteWriter().integer(mode).integer(std::uint8_t{2}).raw(as_bytes(text)).take();
    };
    return {seed(0, "user_name,full_name,groups\r\nnovak,\"=1+1, \"\"x\"\"\",Europe/Prague|Guests\r\n"),
            seed(2, "\xEF\xBB\xBFuser_name;notes\n\"a\nb\";'+x\n"),
            seed(8, "tom\t1\tN\tTom\tt@x\tSales\t\t0102\n"),
            seed(4, "FULLNAME;USERNAME_ALIASES;GROUPS\nTom;\"Tom,Tomy\";\"A|B,A|C\"\n")};
}

}  // namespace myqsec::fuzz
