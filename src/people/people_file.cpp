#include "people/people_file.hpp"

#include "base/error.hpp"

namespace myqsec::people {

namespace {

constexpr std::size_t buffer_size = 65536;

std::optional<char> separator_of(const ImportOptions& options) {
    if (!options.separator && options.columns.map == ColumnMap::papercut) return '\t';
    return options.separator;
}

}  // namespace

PeopleFile::PeopleFile(const Source& source, const ImportOptions& options)
    : source_(source),
      reader_(separator_of(options), [this](CsvRow&& row) { rows_.push_back(std::move(row)); }),
      buffer_(buffer_size) {
    while (rows_.empty() && !ended_)
        read_on();
    if (rows_.empty()) fail(Status::ERR_INVALID_ARGUMENT, "the file is empty");
    const bool has_header = options.columns.header && options.columns.map != ColumnMap::papercut;
    columns_.emplace(options.columns, rows_.front());
    if (has_header) rows_.pop_front();
}

std::vector<CsvRow> PeopleFile::next_batch() {
    while (rows_.size() < import_batch && !ended_)
        read_on();
    std::vector<CsvRow> batch;
    for (; batch.size() < import_batch && !rows_.empty(); rows_.pop_front())
        batch.push_back(std::move(rows_.front()));
    return batch;
}

void PeopleFile::read_on() {
    const auto size = source_.read(buffer_.span());
    ended_ = size == 0;
    if (ended_) {
        reader_.finish();
    } else {
        reader_.feed(buffer_.view().first(size));
    }
}

}  // namespace myqsec::people
