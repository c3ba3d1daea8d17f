#include "storage/pages/page_file.hpp"

#include "base/error.hpp"
#include "crypto/secret.hpp"

namespace myqsec::storage {

void PageState::require_whole(std::string_view name) const {
    if (!broken) return;
    fail(Status::ERR_IO,
         "a conversion of '{}' failed while it replaced pages; close the instance and open it again, "
         "which finishes the step",
         name);
}

const crypto::Secret& key_of(const DatabaseKeys& keys, const PageForm& form, std::string_view name) {
    const crypto::Secret* key = keys.find(form.key_version);
    if (key == nullptr) {
        fail(Status::ERR_CORRUPT,
             "'{}' is sealed under version {} of its key, which the keystore does not hold; restore a backup "
             "of both",
             name, form.key_version);
    }
    return *key;
}

ClearHeader read_clear_header(File& file, std::string_view name) {
    ByteArray<clear_header_size> header;
    if (file.read_at(0, header) != header.size() || as_text(header).substr(0, 7) != database_magic) {
        fail(Status::ERR_CORRUPT,
             "'{}' is not an encrypted database of this library, or its first page is damaged", name);
    }
    ClearHeader out;
    const auto version = static_cast<std::uint8_t>(header[7] >> 4);
    const auto suite = suite_in(header[7]);
    if (version > format_version) {
        fail(Status::ERR_NEWER_VERSION,
             "'{}' has format version {}, this library knows {}; install a newer one", name, version,
             format_version);
    }
    if (version < format_version || !suite) {
        fail(Status::ERR_CORRUPT,
             "'{}' names a format or cipher that was never released; its first page is damaged", name);
    }
    out.suite = *suite;
    std::copy(header.begin() + 8, header.end(), out.identity.id.begin());
    return out;
}

bool first_page_opens(File& file, const ClearHeader& header, const DatabaseKeys& keys) {
    bool opens = false;
    ByteArray<page_size> page;
    for (const auto& [version, key] : keys.all()) {
        if (file.read_at(0, page) != page_size) break;
        opens = opens || PageSealer(header.identity, {header.suite, version}, key).open(1, page);
    }
    crypto::wipe(page);
    return opens;
}

crypto::PageMark read_mark(File& file, std::uint32_t number) {
    ByteArray<sizeof(crypto::PageMark)> mark;
    const std::uint64_t offset = std::uint64_t{number - 1} * page_size + page_mark_offset;
    return file.read_at(offset, mark) == mark.size() ? load_be<crypto::PageMark>(mark.data()) : 0;
}

PageFile::PageFile(std::unique_ptr<File> file, std::string name, PageState& state, MarksFile* marks)
    : file_(std::move(file)),
      name_(std::move(name)),
      state_(state),
      marks_(marks),
      reader_(*file_, name_, state) {}

PageFile::~PageFile() {
    crypto::wipe(scratch_);
}

bool PageFile::read(std::uint64_t offset, ByteSpan into) {
    state_.require_whole(name_);
    const auto number = static_cast<std::uint32_t>(offset / page_size) + 1;
    const std::size_t within = offset % page_size;
    if (within == 0 && into.size() == page_size) return reader_.read(number, into.first<page_size>());
    if (offset == 0 && into.size() == PageReader::file_header_size) {
        if (file_->size() == 0) {
            std::fill(into.begin(), into.end(), std::uint8_t{0});
            return false;
        }
        PageReader::serve_file_header(into);
        return true;
    }
    if (within + into.size() > page_size)
        fail(Status::ERR_INTERNAL, "SQLite read across pages of '{}'", name_);
    return reader_.read(number, within, into);
}

void PageFile::write(std::uint64_t offset, ByteView from) {
    state_.require_whole(name_);
    if (offset % page_size != 0 || from.size() != page_size) {
        fail(Status::ERR_INTERNAL, "SQLite wrote {} bytes at {} of '{}', which is not a page", from.size(),
             offset, name_);
    }
    retire_snapshots();
    const auto number = static_cast<std::uint32_t>(offset / page_size) + 1;
    std::copy(from.begin(), from.end(), scratch_.begin());
    const Page page(scratch_);
    reader_.sealer_of(number).seal(number, page);
    put(number, page);
}

/// A write that fails leaves a page that only the log has: SQLite repeats it before the log begins anew.
void PageFile::put(std::uint32_t number, Page sealed) {
    state_.unsynced = true;
    file_->write_at(std::uint64_t{number - 1} * page_size, sealed);
    const std::lock_guard lock(state_.lookup);
    state_.ledger.set(number, mark_of(sealed));
    if (marks_ != nullptr) marks_->wrote(number);
}

bool PageFile::convert(std::uint32_t number, Page sealed) {
    if (state_.ledger.mark(number) == 0 || !reader_.read(number, sealed)) return false;
    retire_snapshots();
    reader_.to().seal(number, sealed);
    return true;
}

/// What a checkpoint moves is durable in the log. A snapshot from before that was may still have an earlier
/// version of the page, in this file; one from now on has it in the log, or knows no other.
void PageFile::retire_snapshots() {
    if (snapshots_retired_) return;
    state_.snapshots.retire();
    snapshots_retired_ = true;
}

void PageFile::truncate(std::uint64_t size) {
    state_.unsynced = true;
    file_->truncate(size);
    const std::lock_guard lock(state_.lookup);
    state_.ledger.resize(static_cast<std::uint32_t>(size / page_size));
}

void PageFile::sync() {
    file_->sync();
    state_.unsynced = false;
    snapshots_retired_ = false;
    if (marks_ != nullptr) marks_->write(state_);
}

std::uint64_t PageFile::size() {
    return file_->size();
}

}  // namespace myqsec::storage
