#include "people/csv_writer.hpp"

#include <algorithm>
#include <array>

namespace myqsec::people {

namespace {

/// U+FF1D, U+FF0B, U+FF0D and U+FF20 are what Japanese input writes for the first four.
constexpr std::array<std::string_view, 10> formula_signs{
    "=", "+", "-", "@", "\t", "\r", "\xEF\xBC\x9D", "\xEF\xBC\x8B", "\xEF\xBC\x8D", "\xEF\xBC\xA0"};

bool is_formula(std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of('\''), text.size()));
    return std::ranges::any_of(formula_signs, [&](auto sign) { return text.starts_with(sign); });
}

}  // namespace

std::string defused(std::string_view text) {
    return (is_formula(text) ? "'" : "") + std::string(text);
}

std::string_view undefused(std::string_view cell) {
    return cell.starts_with('\'') && is_formula(cell) ? cell.substr(1) : cell;
}

std::string csv_row(std::span<const std::string> cells, char separator) {
    std::string row;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        if (i > 0) row += separator;
        // A row of one empty cell would be a blank line.
        const bool alone = cells.size() == 1 && cells[i].empty();
        if (!alone && cells[i].find_first_of(",;\t\"\r\n") == std::string::npos) {
            row += cells[i];
            continue;
        }
        row += '"';
        for (const char c : cells[i])
            row.append(c == '"' ? 2 : 1, c);
        row += '"';
    }
    return row + "\r\n";
}

}  // namespace myqsec::people
