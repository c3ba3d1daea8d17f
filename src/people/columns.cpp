#include "people/columns.hpp"

#include <algorithm>
#include <span>

#include "base/bytes.hpp"
#include "people/csv_writer.hpp"

namespace myqsec::people {

namespace {

struct Name {
    std::string_view name;
    Column column;
};

/// The first of each is the one that is written.
constexpr Name own_names[] = {
    {"id", Column::id},
    {"user_name", Column::user_name},
    {"full_name", Column::full_name},
    {"email", Column::email},
    {"language", Column::language},
    {"notes", Column::notes},
    {"state", Column::state},
    {"groups", Column::groups},
    {"cards", Column::cards},
    {"username", Column::user_name},
    {"login", Column::user_name},
    {"fullname", Column::full_name},
    {"display_name", Column::full_name},
    {"e_mail", Column::email},
    {"mail", Column::email},
    {"email_address", Column::email},
    {"lang", Column::language},
    {"note", Column::notes},
    {"status", Column::state},
    {"group", Column::groups},
    {"department", Column::groups},
    {"card", Column::cards},
    {"card_number", Column::cards},
};

/// In the order of a file without header. PINs and passwords are never taken from a file.
constexpr Name myq_names[] = {
    {"fullname", Column::full_name},  {"username_aliases", Column::user_name},
    {"email", Column::email},         {"cards", Column::cards},
    {"groups", Column::groups},       {"code", Column::ignored},
    {"scanstorage", Column::ignored}, {"pin", Column::ignored},
};
/// With a header only.
constexpr Name further_myq_names[] = {
    {"username", Column::user_name}, {"lang", Column::language},
    {"notes", Column::notes},        {"managed_groups", Column::ignored},
    {"authserver", Column::ignored}, {"phone", Column::ignored},
    {"pwd", Column::ignored},        {"extid", Column::ignored},
};

/// In their order: user name, balance, restricted, full name, e-mail, department, office, card, its PIN,
/// notes, a second card; other addresses, aliases and home folder stand behind.
constexpr Column papercut_columns[] = {
    Column::user_name, Column::ignored, Column::ignored, Column::full_name, Column::email, Column::groups,
    Column::ignored,   Column::cards,   Column::ignored, Column::notes,     Column::cards,
};

constexpr std::string_view blanks = " \t\r\n";

std::string_view trimmed(std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
    return text.substr(0, text.find_last_not_of(blanks) + 1);
}

/// As it is compared: "E-Mail " is "e_mail".
std::string header_name(std::string_view cell) {
    std::string name(trimmed(cell));
    for (auto& c : name) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
        if (c == ' ' || c == '-') c = '_';
    }
    return name;
}

std::optional<Column> find_column(std::span<const Name> names, std::string_view name) {
    const auto found = std::ranges::find(names, name, &Name::name);
    return found == names.end() ? std::nullopt : std::optional(found->column);
}

std::optional<Column> find_column(ColumnMap map, std::string_view name) {
    if (map == ColumnMap::own) return find_column(own_names, name);
    const auto found = find_column(myq_names, name);
    return found ? found : find_column(further_myq_names, name);
}

/// A file's own word, where it can be shown.
std::string shown(const std::string& name) {
    const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
    constexpr std::size_t longest_shown = 40;
    return name.size() <= longest_shown && std::ranges::all_of(name, plain) ? " '" + name + "'" : "";
}

/// Parts between `mark`; with `escapes`, a backslash before a character takes its meaning from it.
std::vector<std::string> parts_of(std::string_view text, char mark, bool escapes) {
    std::vector<std::string> parts(1);
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (escapes && text[i] == '\\' && i + 1 < text.size()) {
            parts.back() += {'\\', text[++i]};
        } else if (text[i] == mark) {
            parts.emplace_back();
        } else {
            parts.back() += text[i];
        }
    }
    return parts;
}

std::string unescaped(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' && i + 1 < text.size()) ++i;
        out += text[i];
    }
    return out;
}

struct GroupMarks {
    char between_groups;
    char between_levels;
    bool escapes;
};
constexpr GroupMarks own_marks{'|', '/', true};
constexpr GroupMarks myq_marks{',', '|', false};

std::vector<GroupPath> paths_of(std::string_view cell, const GroupMarks& marks) {
    std::vector<GroupPath> paths;
    for (const auto& one : parts_of(cell, marks.between_groups, marks.escapes)) {
        if (trimmed(one).empty()) continue;
        GroupPath path;
        for (const auto& level : parts_of(one, marks.between_levels, marks.escapes)) {
            const auto name = trimmed(level);
            if (name.empty())
                throw RowError(Status::ERR_INVALID_ARGUMENT, "groups", "a level of a group's path is empty");
            path.push_back(marks.escapes ? unescaped(name) : std::string(name));
        }
        paths.push_back(std::move(path));
    }
    return paths;
}

std::vector<std::string> cards_of(std::string_view cell, char mark) {
    std::vector<std::string> cards;
    for (const auto& one : parts_of(cell, mark, false)) {
        if (const auto card = trimmed(one); !card.empty()) cards.emplace_back(card);
    }
    return cards;
}

/// What cannot stand in a field, in the one form that can.
std::string in_one_line(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\n' && i > 0 && text[i - 1] == '\r') continue;
        out += text[i] == '\n' || text[i] == '\r' || text[i] == '\t' ? ' ' : text[i];
    }
    return out;
}

template <class T>
void add_to(std::optional<std::vector<T>>& all, std::vector<T> more) {
    if (!all) all.emplace();
    std::ranges::move(more, std::back_inserter(*all));
}

}  // namespace

std::string_view column_name(Column column) {
    const auto found = std::ranges::find(own_names, column, &Name::column);
    return found == std::end(own_names) ? "" : found->name;
}

Columns::Columns(const ColumnOptions& options, const CsvRow& first) : options_(options) {
    if (!first.problem.empty()) throw RowError(Status::ERR_INVALID_ARGUMENT, "", std::string(first.problem));
    if (options.map == ColumnMap::papercut) {
        columns_.assign(std::begin(papercut_columns), std::end(papercut_columns));
    } else if (!options.header) {
        if (options.map == ColumnMap::own) columns_.assign(std::begin(own_columns), std::end(own_columns));
        if (options.map == ColumnMap::myq)
            std::ranges::transform(myq_names, std::back_inserter(columns_), &Name::column);
    } else {
        for (const auto& cell : first.cells) {
            const auto name = header_name(cell);
            const auto found = find_column(options.map, name);
            if (!found && !name.empty() && !options.ignore_unknown) {
                throw RowError(
                    Status::ERR_INVALID_ARGUMENT, "",
                    fmt::format("the file's column {}{} is unknown; name it as docs/people.md does, "
                                "or let unknown columns be ignored",
                                columns_.size() + 1, shown(name)));
            }
            add(found.value_or(Column::ignored), name);
        }
    }
    if (!has(Column::user_name) && !has(Column::id)) {
        throw RowError(Status::ERR_INVALID_ARGUMENT, "",
                       "the first line names no column user_name; it must be a header");
    }
}

void Columns::add(Column column, std::string_view name) {
    if (column != Column::ignored && has(column)) {
        throw RowError(
            Status::ERR_INVALID_ARGUMENT, "",
            fmt::format("two of the file's columns are {} ('{}' is one)", column_name(column), name));
    }
    columns_.push_back(column);
}

bool Columns::has(Column column) const {
    return std::ranges::find(columns_, column) != columns_.end();
}

std::optional<PersonRow> Columns::read(const CsvRow& row) const {
    if (!row.problem.empty()) throw RowError(Status::ERR_INVALID_ARGUMENT, "", std::string(row.problem));
    if (std::ranges::all_of(row.cells, [](const auto& cell) { return trimmed(cell).empty(); }))
        return std::nullopt;
    const bool named = options_.header && options_.map != ColumnMap::papercut;
    const auto beyond = std::min(columns_.size(), row.cells.size());
    const bool filled = std::any_of(row.cells.begin() + static_cast<std::ptrdiff_t>(beyond), row.cells.end(),
                                    [](const auto& cell) { return !cell.empty(); });
    if (named && (row.cells.size() < columns_.size() || filled)) {
        throw RowError(Status::ERR_INVALID_ARGUMENT, "",
                       fmt::format("it has {} cells, and the header {}; is a cell with a separator in it not "
                                   "quoted?",
                                   row.cells.size(), columns_.size()));
    }
    PersonRow person;
    person.line = row.line;
    for (std::size_t i = 0; i < beyond; ++i) {
        if (columns_[i] != Column::ignored) put(person, columns_[i], text(columns_[i], row.cells[i]));
    }
    return person;
}

std::string Columns::text(Column column, std::string_view cell) const {
    if (!is_utf8(cell)) {
        throw RowError(Status::ERR_INVALID_ARGUMENT, column_name(column),
                       "it is not UTF-8; save the file as UTF-8 (\"CSV UTF-8\")");
    }
    return in_one_line(options_.map == ColumnMap::own ? undefused(cell) : cell);
}

void Columns::put(PersonRow& person, Column column, const std::string& text) const {
    const bool myq = options_.map == ColumnMap::myq;
    const bool papercut = options_.map == ColumnMap::papercut;
    const auto given = trimmed(text);
    const bool is_text = column == Column::full_name || column == Column::email ||
                         column == Column::language || column == Column::notes;
    if ((is_text ? text.empty() : given.empty()) && !options_.clear_empty) return;
    switch (column) {
        case Column::id:
            person.id = given;
            break;
        case Column::user_name:
            person.user_name = trimmed(myq ? given.substr(0, given.find(',')) : given);  // aliases behind it
            break;
        case Column::full_name:
            person.full_name = text;
            break;
        case Column::email:
            person.email = text;
            break;
        case Column::language:
            person.language = text;
            break;
        case Column::notes:
            person.notes = text;
            break;
        case Column::state:
            if (!given.empty()) person.state = header_name(given);
            break;
        case Column::groups:
            add_to(person.groups, papercut && !given.empty() ? std::vector<GroupPath>{{std::string(given)}}
                                                             : paths_of(given, myq ? myq_marks : own_marks));
            break;
        case Column::cards:
            add_to(person.cards, papercut && !given.empty() ? std::vector<std::string>{std::string(given)}
                                                            : cards_of(given, myq ? ',' : '|'));
            break;
        case Column::ignored:
            break;
    }
}

std::string groups_cell(const std::vector<GroupPath>& groups) {
    std::string cell;
    for (const auto& path : groups) {
        if (!cell.empty()) cell += own_marks.between_groups;
        for (std::size_t level = 0; level < path.size(); ++level) {
            if (level > 0) cell += own_marks.between_levels;
            for (const char c : path[level]) {
                if (c == '\\' || c == own_marks.between_groups || c == own_marks.between_levels) cell += '\\';
                cell += c;
            }
        }
    }
    return cell;
}

}  // namespace myqsec::people
