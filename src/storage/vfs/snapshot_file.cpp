#include "storage/vfs/snapshot_file.hpp"

#include "base/error.hpp"
#include "crypto/secret.hpp"

namespace myqsec::storage {

namespace {

// Fields of SQLite's page 1 (file format, 1.3).
constexpr std::size_t write_version_offset =
    18;  // and the read version after it: 1 is a database without log
constexpr std::size_t change_counter_offset = 24;  // then the size in pages, and two of the free list
constexpr std::size_t change_fields_size = 16;
constexpr std::size_t version_valid_for_offset = 92;

}  // namespace

SnapshotFile::SnapshotFile(PageFile& pages, WalFile& log, PageState& state)
    : state_(state), log_(log), name_(pages.name()), pages_(pages.file(), name_, state) {}

SnapshotFile::~SnapshotFile() {
    crypto::wipe(scratch_);
}

void SnapshotFile::begin_read() {
    pages_.follow_forms();
    const std::lock_guard lock(state_.lookup);
    const WalLog& log = log_.log();
    const std::uint64_t commits = log_.syncs().durable_commits(log.generation());
    if (version_ != 0 && log.generation() == generation_ && commits == commits_) return;
    const PageForm& form = log.base().forms.to;
    if (!cipher_ || form != cipher_form_) {
        cipher_.emplace(state_.identity, form, key_of(state_.keys, form, log_.name()));
        cipher_form_ = form;
    }
    generation_ = log.generation();
    commits_ = commits;
    view_ = log.view(commits);
    if (++version_ == 0) version_ = 1;
}

bool SnapshotFile::read(std::uint64_t offset, ByteSpan into) {
    state_.require_whole(name_);
    const auto number = static_cast<std::uint32_t>(offset / page_size) + 1;
    const std::size_t within = offset % page_size;
    if (within == 0 && into.size() == page_size) return read_page(number, into.first<page_size>());
    if (offset == 0 && into.size() == PageReader::file_header_size) {
        PageReader::serve_file_header(into);
        return true;
    }
    if (offset == change_counter_offset && into.size() == change_fields_size) {  // asked for at each reading
        store_header_fields(into);
        return true;
    }
    if (within + into.size() > page_size)
        fail(Status::ERR_INTERNAL, "SQLite read across pages of '{}'", name_);
    const bool whole = read_page(number, scratch_);
    std::copy_n(scratch_.begin() + static_cast<std::ptrdiff_t>(within), into.size(), into.begin());
    return whole;
}

bool SnapshotFile::read_page(std::uint32_t number, Page into) {
    if (number > view_.pages) {
        std::fill(into.begin(), into.end(), std::uint8_t{0});
        return false;
    }
    if (!read_frame(number, into) && !pages_.read(number, into)) return false;
    if (number == 1) {
        into[write_version_offset] = into[write_version_offset + 1] = 1;
        store_header_fields(into.subspan<change_counter_offset, change_fields_size>());
        store_be(into.data() + version_valid_for_offset, version_);
    }
    return true;
}

/// SQLite keeps pages from one reading to the next unless these have changed. It asks nothing of the free
/// list that it only reads.
void SnapshotFile::store_header_fields(ByteSpan into) const {
    std::fill(into.begin(), into.end(), std::uint8_t{0});
    store_be(into.data(), version_);
    store_be(into.data() + 4, view_.pages);
}

/// False if only the database file has that page.
bool SnapshotFile::read_frame(std::uint32_t number, Page into) {
    std::uint64_t frame = 0;
    WalFrameHeader header;
    WalTag tag{};
    {
        const std::lock_guard lock(state_.lookup);
        const WalLog& log = log_.log();
        frame = log.newest_frame(number, view_);
        if (frame == 0) return false;
        header = log.header(frame);
        tag = log.frame(frame).tag;
    }
    open_frame(log_.file(), log_.name(), *cipher_, frame, header, tag, into);
    return true;
}

void SnapshotFile::write(std::uint64_t /*offset*/, ByteView /*from*/) {
    fail(Status::ERR_INTERNAL, "a change was to go into a snapshot of '{}'", name_);
}

void SnapshotFile::truncate(std::uint64_t /*size*/) {
    write(0, {});
}

}  // namespace myqsec::storage
