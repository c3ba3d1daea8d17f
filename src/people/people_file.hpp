// A file of people, read a batch of rows at a time.
#pragma once

#include <deque>
#include <optional>
#include <vector>

#include "crypto/secret.hpp"
#include "people/columns.hpp"
#include "people/csv_reader.hpp"
#include "people/import.hpp"

namespace myqsec::people {

class PeopleFile {
 public:
    /// Reads the first row. Throws as Columns does, and ERR_INVALID_ARGUMENT for a file in which nothing
    /// stands.
    PeopleFile(const Source& source, const ImportOptions& options);

    [[nodiscard]] const Columns& columns() const { return *columns_; }
    /// Empty at the end.
    [[nodiscard]] std::vector<CsvRow> next_batch();

 private:
    void read_on();

    const Source& source_;
    CsvReader reader_;
    std::deque<CsvRow> rows_;
    std::optional<Columns> columns_;
    crypto::Secret buffer_;  ///< card numbers may stand in it
    bool ended_ = false;
};

}  // namespace myqsec::people
