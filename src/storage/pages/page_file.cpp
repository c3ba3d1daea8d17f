#include "storage/pages/page_file.hpp"

#include "base/error.hpp"
#include "crypto/secret.hpp"

namespace myqsec::storage {

namespace {

/// sqlite3PagerReadFileheader reads this much before a WAL is looked at.
constexpr std::size_t sqlite_file_header_size = 100;

}  // namespace

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
    const std::uint8_t suite = header[7] & 15;
    if (version > format_version) {
        fail(Status::ERR_NEWER_VERSION,
             "'{}' has format version {}, this library knows {}; install a newer one", name, version,
             format_version);
    }
    if (version < format_version || suite >= crypto::page_suites) {
        fail(Status::ERR_CORRUPT,
             "'{}' names a format or cipher that was never released; its first page is damaged", name);
    }
    out.suite = static_cast<crypto::PageSuite>(suite);
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

PageFile::PageFile(std::unique_ptr<File> file, std::string name, PageState& state)
    : file_(std::move(file)),
      name_(std::move(name)),
      state_(state),
      to_(state.identity, state.forms.to, key_of(state.keys, state.forms.to, name_)),
      from_(state.identity, state.forms.from, key_of(state.keys, state.forms.from, name_)) {}

PageFile::~PageFile() {
    crypto::wipe(scratch_);
}

void PageFile::change_forms() {
    const auto renew = [&](PageSealer& sealer, const PageForm& form) {
        if (sealer.form() != form)
            sealer = PageSealer(state_.identity, form, key_of(state_.keys, form, name_));
    };
    renew(to_, state_.forms.to);
    renew(from_, state_.forms.from);
}

bool PageFile::read_page(std::uint32_t number, Page into) {
    const std::size_t got = file_->read_at(std::uint64_t{number - 1} * page_size, into);
    if (got == 0) {
        std::fill(into.begin(), into.end(), std::uint8_t{0});
        if (state_.ledger.mark(number) != 0) refuse(number, into);
        return false;
    }
    if (got != page_size || !state_.ledger.accepts(number, mark_of(into))) refuse(number, into);
    if (!sealer_of(number).open(number, into)) refuse(number, into);
    return true;
}

/// The page is not what it must be. One that is authentic nevertheless was put back from earlier: no damage
/// does that.
void PageFile::refuse(std::uint32_t number, Page page) {
    const bool got = file_->read_at(std::uint64_t{number - 1} * page_size, page) == page_size;
    const bool other = got && !state_.ledger.accepts(number, mark_of(page));
    const bool authentic =
        other && (to_.open(number, page) ||
                  (file_->read_at(std::uint64_t{number - 1} * page_size, page) == page_size &&
                   from_.open(number, page)));
    std::fill(page.begin(), page.end(), std::uint8_t{0});
    if (authentic) {
        state_.alarm = true;
        fail(Status::ERR_TAMPERED,
             "page {} of '{}' was replaced by an earlier version of itself while the database was open; "
             "restore a "
             "backup",
             number, name_);
    }
    fail(Status::ERR_CORRUPT, "page {} of '{}' is damaged or belongs to another instance; restore a backup",
         number, name_);
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
    state_.require_whole(name_);
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
    state_.require_whole(name_);
    if (offset % page_size != 0 || from.size() != page_size) {
        fail(Status::ERR_INTERNAL, "SQLite wrote {} bytes at {} of '{}', which is not a page", from.size(),
             offset, name_);
    }
    if (!fresh_prefix_) begin_transaction();
    const auto number = static_cast<std::uint32_t>(offset / page_size) + 1;
    std::copy(from.begin(), from.end(), scratch_.begin());
    const Page page(scratch_);
    sealer_of(number).seal(number, page);
    put(number, page);
}

/// A write that fails leaves a page that only the log has: SQLite repeats it before the log begins anew.
void PageFile::put(std::uint32_t number, Page sealed) {
    state_.unsynced = true;
    file_->write_at(std::uint64_t{number - 1} * page_size, sealed);
    state_.ledger.set(number, mark_of(sealed));
}

bool PageFile::convert(std::uint32_t number, Page sealed) {
    if (state_.ledger.mark(number) == 0 || !read_page(number, sealed)) return false;
    if (!fresh_prefix_) begin_transaction();
    to_.seal(number, sealed);
    return true;
}

void PageFile::begin_transaction() {
    to_.begin_transaction();
    if (state_.forms.converting()) from_.begin_transaction();
    fresh_prefix_ = true;
}

void PageFile::truncate(std::uint64_t size) {
    state_.unsynced = true;
    file_->truncate(size);
    state_.ledger.resize(static_cast<std::uint32_t>(size / page_size));
}

void PageFile::sync() {
    file_->sync();
    state_.unsynced = false;
    fresh_prefix_ = false;
}

std::uint64_t PageFile::size() {
    return file_->size();
}

}  // namespace myqsec::storage
