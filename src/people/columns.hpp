// What the columns of a file of people mean: our own names, and those of files that other products export.
// docs/people.md lists them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "people/csv_reader.hpp"

namespace myqsec::people {

/// Whose columns a file has.
enum class ColumnMap : std::uint8_t {
    own = 1,
    myq = 2,       ///< MyQ Print Server, "CSV file syntax"
    papercut = 3,  ///< PaperCut NG/MF, "Batch user import file format": by place, without header
};

enum class Column : std::uint8_t {
    id,
    user_name,
    full_name,
    email,
    language,
    notes,
    state,
    groups,
    cards,
    ignored,
};
[[nodiscard]] std::string_view column_name(Column column);

/// Our own columns, in the order in which they are written.
inline constexpr Column own_columns[] = {Column::id,    Column::user_name, Column::full_name,
                                         Column::email, Column::language,  Column::notes,
                                         Column::state, Column::groups,    Column::cards};

/// What is wrong with a row, or could not be done with it.
struct RowError : Error {
    RowError(Status status, std::string_view of, const std::string& sentence)
        : Error(status, sentence), column(of) {}
    std::string_view column;  ///< "" for the row
};

/// A group as a path from the outermost; the innermost is the one that is meant.
using GroupPath = std::vector<std::string>;

/// What a row says of a person. Absent: it says nothing of that.
struct PersonRow {
    std::uint64_t line = 0;
    std::string id;
    std::string user_name;
    std::optional<std::string> full_name, email, language, notes, state;
    std::optional<std::vector<GroupPath>> groups;
    std::optional<std::vector<std::string>> cards;

    /// Only groups, which shall be there.
    [[nodiscard]] bool names_nobody() const { return id.empty() && user_name.empty(); }
};

struct ColumnOptions {
    ColumnMap map = ColumnMap::own;
    bool header = true;           ///< the first row names the columns; never with PaperCut's
    bool ignore_unknown = false;  ///< columns of unknown names
    bool clear_empty = false;     ///< an empty cell says that there is nothing; otherwise it says nothing
};

/// The columns of one file.
class Columns {
 public:
    /// From the first row, if that is a header. Throws RowError for a column that is unknown or there twice,
    /// or if none says who is meant.
    Columns(const ColumnOptions& options, const CsvRow& first);

    [[nodiscard]] bool has(Column column) const;
    /// None for a row in which nothing stands. Throws RowError.
    [[nodiscard]] std::optional<PersonRow> read(const CsvRow& row) const;

 private:
    void add(Column column, std::string_view name);
    [[nodiscard]] std::string text(Column column, std::string_view cell) const;
    void put(PersonRow& person, Column column, const std::string& text) const;

    ColumnOptions options_;
    std::vector<Column> columns_;
};

/// Paths separated by '|', each of names separated by '/'; a backslash before one of the three is part of the
/// name.
[[nodiscard]] std::string groups_cell(const std::vector<GroupPath>& groups);

}  // namespace myqsec::people
