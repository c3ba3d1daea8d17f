// Writing CSV (RFC 4180) that spreadsheets open without running anything.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace myqsec::people {

/// Spreadsheets take a cell for a formula that begins with '=', '+', '-', '@', a tab or CR, in either width.
/// With an apostrophe before it, it is text; so that undefused() knows it, one is added to apostrophes, too.
[[nodiscard]] std::string defused(std::string_view text);
/// The text that defused() was given; others as they are.
[[nodiscard]] std::string_view undefused(std::string_view cell);

/// A row with its CR LF. Cells are quoted that hold a quote, a line's end or a separator of any kind, so that
/// they stay whole whatever a program takes for the separator.
[[nodiscard]] std::string csv_row(std::span<const std::string> cells, char separator);

}  // namespace myqsec::people
