#include "people/csv_reader.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/error.hpp"

namespace myqsec::people {

namespace {

constexpr std::string_view utf8_mark = "\xEF\xBB\xBF";
constexpr std::array<std::string_view, 2> utf16_marks{"\xFE\xFF", "\xFF\xFE"};

constexpr bool ends_line(char c) {
    return c == '\n' || c == '\r';
}

}  // namespace

void CsvReader::feed(ByteView bytes) {
    if (!begun_) return look_at_first_line(bytes);
    for (const char c : as_text(bytes))
        byte(c);
}

void CsvReader::look_at_first_line(ByteView bytes) {
    for (const char c : as_text(bytes)) {
        if (begun_) {
            byte(c);
            continue;
        }
        head_ += c;
        if (c == '"') head_quoted_ = !head_quoted_;
        if (!head_quoted_) {
            commas_ += c == ',' ? 1 : 0;
            semicolons_ += c == ';' ? 1 : 0;
            tabs_ += c == '\t' ? 1 : 0;
        }
        const bool ended = ends_line(c) && !head_quoted_;
        head_filled_ = head_filled_ || (!ends_line(c) && head_.size() > utf8_mark.size());
        if ((ended && head_filled_) || head_.size() >= most_bytes) begin_rows();
    }
}

void CsvReader::begin_rows() {
    begun_ = true;
    for (const auto mark : utf16_marks) {
        if (head_.starts_with(mark))
            fail(Status::ERR_INVALID_ARGUMENT, "the file is UTF-16; save it as UTF-8 (\"CSV UTF-8\")");
    }
    if (!separator_) {
        const auto most = std::max({commas_, semicolons_, tabs_});
        separator_ = commas_ == most ? ',' : semicolons_ == most ? ';' : '\t';
    }
    const auto head = std::exchange(head_, {});
    for (const char c : std::string_view(head).substr(head.starts_with(utf8_mark) ? utf8_mark.size() : 0))
        byte(c);
}

void CsvReader::finish() {
    if (!begun_) begin_rows();
    if (state_ == State::quoted) refuse("a quote is opened and not closed");
    end_row();
}

void CsvReader::byte(char c) {
    const bool pair = std::exchange(after_return_, c == '\r') && c == '\n';
    if (c == '\0') refuse("it holds a NUL byte, as no text in UTF-8 does");
    if (state_ == State::quoted) {
        if (c == '"') {
            state_ = State::quote;
        } else {
            put(c);
            line_ += ends_line(c) && !pair ? 1 : 0;
        }
        return;
    }
    if (ends_line(c)) {
        if (!pair) line_end();
    } else if (c == *separator_) {
        end_cell();
        filled_ = true;
    } else if (c == '"' && state_ != State::plain) {
        if (state_ == State::quote) put('"');
        state_ = State::quoted;
        filled_ = true;
    } else {
        if (state_ == State::quote) refuse("something stands behind a closing quote");
        state_ = State::plain;
        put(c);
    }
}

void CsvReader::line_end() {
    end_row();
    ++line_;
    row_.line = line_;
}

void CsvReader::put(char c) {
    filled_ = true;
    if (++size_ > most_bytes)
        return refuse("it is longer than 65,536 bytes; is a quote opened and not closed?");
    cell_ += c;
}

void CsvReader::end_cell() {
    state_ = State::begin;
    if (row_.cells.size() < most_cells) {
        row_.cells.push_back(std::exchange(cell_, {}));
    } else {
        refuse("it has more than 256 cells");
        cell_.clear();
    }
}

void CsvReader::end_row() {
    end_cell();
    auto row = std::exchange(row_, {});
    if (row.line == 0) row.line = 1;
    size_ = 0;
    if (std::exchange(filled_, false)) take_(std::move(row));
}

void CsvReader::refuse(std::string_view problem) {
    if (row_.problem.empty()) row_.problem = problem;
    filled_ = true;
}

}  // namespace myqsec::people
