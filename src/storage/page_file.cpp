#include "storage/page_file.hpp"

#include "base/error.hpp"
#include "crypto/secret.hpp"

namespace myqsec::storage {

namespace {

constexpr std::string_view sqlite_magic{"SQLite format 3\0", clear_header_size};
/// sqlite3PagerReadFileheader reads this much before a WAL is looked at.
constexpr std::size_t sqlite_file_header_size = 100;

}  // namespace

DatabaseIdentity read_identity(File& file, std::string_view name) {
    ByteArray<clear_header_size> header;
    if (file.read_at(0, header) != header.size() || as_text(header).substr(0, 7) != database_magic) {
        fail(Status::ERR_CORRUPT,
             "'{}' is not an encrypted database of this library, or its first page is damaged", name);
    }
    if ((header[7] >> 4) > format_version) {
        fail(Status::ERR_NEWER_VERSION,
             "'{}' has format version {}, this library knows {}; install a newer one", name, header[7] >> 4,
             format_version);
    }
    if ((header[7] >> 4) != format_version || (header[7] & 15) > 1) {
        fail(Status::ERR_CORRUPT,
             "'{}' names a format or cipher that never existed; its first page is damaged", name);
    }
    DatabaseIdentity identity{static_cast<crypto::PageSuite>(header[7] & 15), {}};
    std::copy(header.begin() + 8, header.end(), identity.id.begin());
    return identity;
}

PageFile::PageFile(std::unique_ptr<File> file, std::string name, const DatabaseIdentity& identity,
                   const crypto::Secret& key)
    : file_(std::move(file)), name_(std::move(name)), identity_(identity), cipher_(identity.suite, key) {
    store_format_tag(associated_.data(), database_magic, identity_);
}

PageFile::~PageFile() {
    crypto::wipe(scratch_);
}

void PageFile::associate(std::uint32_t number) {
    store_be(associated_.data() + clear_header_size, number);
}

bool PageFile::open_page(std::uint32_t number, std::span<std::uint8_t, page_size> page) {
    const std::size_t clear = number == 1 ? clear_header_size : 0;
    associate(number);
    if (clear != 0 && !std::equal(page.begin(), page.begin() + clear_header_size, associated_.begin()))
        return false;
    const auto trailer = page.last<page_reserve>();
    if (!cipher_.open(associated_, page.subspan(clear, page_body - clear), trailer)) return false;
    if (clear != 0) std::copy(sqlite_magic.begin(), sqlite_magic.end(), page.begin());
    // SQLite's WAL checksums cover the reserved bytes: they must come back as they were handed in.
    std::fill(trailer.begin(), trailer.end(), std::uint8_t{0});
    return true;
}

bool PageFile::read_page(std::uint32_t number, std::span<std::uint8_t, page_size> into) {
    const std::size_t got = file_->read_at(std::uint64_t{number - 1} * page_size, into);
    if (got == 0) {
        std::fill(into.begin(), into.end(), std::uint8_t{0});
        return false;
    }
    if (got != page_size || !open_page(number, into)) {
        std::fill(into.begin(), into.end(), std::uint8_t{0});
        fail(Status::ERR_CORRUPT,
             "page {} of '{}' is damaged or belongs to another instance; restore a backup", number, name_);
    }
    return true;
}

bool PageFile::first_page_opens() {
    return file_->read_at(0, scratch_) == page_size && open_page(1, scratch_);
}

/// SQLite reads the file's header before it looks for a WAL. A power cut in a checkpoint may have torn page
/// 1, whose good copy is then in the WAL: so SQLite gets what it needs here, the page's geometry, from what
/// never changes.
void PageFile::serve_file_header(ByteSpan into) {
    std::fill(into.begin(), into.end(), std::uint8_t{0});
    std::copy(sqlite_magic.begin(), sqlite_magic.end(), into.begin());
    store_be(into.data() + 16, std::uint16_t{page_size});
    into[20] = page_reserve;
}

bool PageFile::read(std::uint64_t offset, ByteSpan into) {
    const auto number = static_cast<std::uint32_t>(offset / page_size) + 1;
    const std::size_t within = offset % page_size;
    if (within == 0 && into.size() == page_size) return read_page(number, into.first<page_size>());
    if (offset == 0 && into.size() == sqlite_file_header_size) {
        if (file_->size() == 0) {
            std::fill(into.begin(), into.end(), std::uint8_t{0});
            return false;
        }
        serve_file_header(into);
        return true;
    }
    if (within + into.size() > page_size)
        fail(Status::ERR_INTERNAL, "SQLite read across pages of '{}'", name_);
    const bool whole = read_page(number, scratch_);
    std::copy_n(scratch_.begin() + static_cast<std::ptrdiff_t>(within), into.size(), into.begin());
    return whole;
}

void PageFile::write(std::uint64_t offset, ByteView from) {
    if (offset % page_size != 0 || from.size() != page_size) {
        fail(Status::ERR_INTERNAL, "SQLite wrote {} bytes at {} of '{}', which is not a page", from.size(),
             offset, name_);
    }
    if (!fresh_prefix_) {
        cipher_.begin_transaction();
        fresh_prefix_ = true;
    }
    const auto number = static_cast<std::uint32_t>(offset / page_size) + 1;
    const std::size_t clear = number == 1 ? clear_header_size : 0;
    std::copy(from.begin(), from.end(), scratch_.begin());
    associate(number);
    if (clear != 0) std::copy_n(associated_.begin(), clear_header_size, scratch_.begin());
    const std::span<std::uint8_t, page_size> page(scratch_);
    cipher_.seal(associated_, page.subspan(clear, page_body - clear), page.last<page_reserve>());
    file_->write_at(offset, scratch_);
}

void PageFile::truncate(std::uint64_t size) {
    file_->truncate(size);
}

void PageFile::sync() {
    file_->sync();
    fresh_prefix_ = false;
}

std::uint64_t PageFile::size() {
    return file_->size();
}

}  // namespace myqsec::storage
