// CSV (RFC 4180) as programs write it: separated by ',', ';' or tabs, lines ended by CR LF, LF or CR, with or
// without a byte order mark. Reads anybody's bytes, in memory that a row bounds.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"

namespace myqsec::people {

struct CsvRow {
    std::uint64_t line = 0;          ///< of the file, from 1: where the row begins
    std::vector<std::string> cells;  ///< as they stand there, without quotes; not necessarily UTF-8
    std::string_view problem;        ///< why it cannot be read; "" if it can
};

/// How the input is divided makes no difference. Rows in which nothing stands are left out.
class CsvReader {
 public:
    static constexpr std::size_t most_bytes = 65536;  ///< of a row's cells
    static constexpr std::size_t most_cells = 256;

    using Take = std::function<void(CsvRow&&)>;
    /// Without `separator` it is the one that is there most often in the first line; ',' if none is.
    CsvReader(std::optional<char> separator, Take take) : separator_(separator), take_(std::move(take)) {}

    /// Throws ERR_INVALID_ARGUMENT for a file that says it is UTF-16; otherwise what `take` throws.
    void feed(ByteView bytes);
    /// Behind the last byte.
    void finish();

 private:
    enum class State : std::uint8_t { begin, plain, quoted, quote };
    void look_at_first_line(ByteView bytes);
    void begin_rows();
    void byte(char c);
    void line_end();
    void put(char c);
    void end_cell();
    void end_row();
    void refuse(std::string_view problem);

    std::optional<char> separator_;
    Take take_;
    // The first line, until it is known.
    bool begun_ = false;
    std::string head_;
    bool head_quoted_ = false;
    bool head_filled_ = false;
    std::size_t commas_ = 0, semicolons_ = 0, tabs_ = 0;

    State state_ = State::begin;
    bool after_return_ = false;
    std::uint64_t line_ = 1;
    CsvRow row_;
    std::string cell_;
    std::size_t size_ = 0;
    bool filled_ = false;  ///< something stands in the row, be it a pair of quotes
};

}  // namespace myqsec::people
