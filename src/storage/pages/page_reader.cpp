#include "storage/pages/page_reader.hpp"

#include "base/error.hpp"
#include "crypto/secret.hpp"

namespace myqsec::storage {

PageReader::PageReader(File& file, const std::string& name, PageState& state)
    : file_(file),
      name_(name),
      state_(state),
      to_(state.identity, state.forms.to, key_of(state.keys, state.forms.to, name)),
      from_(state.identity, state.forms.from, key_of(state.keys, state.forms.from, name)) {}

PageReader::~PageReader() {
    crypto::wipe(scratch_);
}

void PageReader::follow_forms() {
    const auto renew = [&](PageSealer& sealer, const PageForm& form) {
        if (sealer.form() != form)
            sealer = PageSealer(state_.identity, form, key_of(state_.keys, form, name_));
    };
    renew(to_, state_.forms.to);
    renew(from_, state_.forms.from);
}

bool PageReader::accepts(std::uint32_t number, crypto::PageMark mark) const {
    const std::lock_guard lock(state_.lookup);
    return state_.ledger.accepts(number, mark);
}

bool PageReader::read(std::uint32_t number, Page into) {
    const std::size_t got = file_.read_at(std::uint64_t{number - 1} * page_size, into);
    if (got == 0) {
        std::fill(into.begin(), into.end(), std::uint8_t{0});
        if (!accepts(number, 0)) refuse(number, into);  // never written, or cut off
        return false;
    }
    if (got != page_size || !accepts(number, mark_of(into)) || !sealer_of(number).open(number, into))
        refuse(number, into);
    return true;
}

bool PageReader::read(std::uint32_t number, std::size_t within, ByteSpan into) {
    const bool whole = read(number, scratch_);
    std::copy_n(scratch_.begin() + static_cast<std::ptrdiff_t>(within), into.size(), into.begin());
    return whole;
}

void PageReader::serve_file_header(ByteSpan into) {
    std::fill(into.begin(), into.end(), std::uint8_t{0});
    std::copy(sqlite_magic.begin(), sqlite_magic.end(), into.begin());
    store_be(into.data() + 16, std::uint16_t{page_size});
    into[20] = page_reserve;
}

/// The page is not what it must be. One that is authentic nevertheless was put back from earlier: no damage
/// does that.
void PageReader::refuse(std::uint32_t number, Page page) {
    const auto read_again = [&] {
        return file_.read_at(std::uint64_t{number - 1} * page_size, page) == page_size;
    };
    const bool other = read_again() && !accepts(number, mark_of(page));
    const bool authentic = other && (to_.open(number, page) || (read_again() && from_.open(number, page)));
    std::fill(page.begin(), page.end(), std::uint8_t{0});
    if (authentic) {
        state_.alarm = true;
        fail(Status::ERR_TAMPERED,
             "page {} of '{}' was replaced by an earlier version of itself; restore a backup", number, name_);
    }
    fail(Status::ERR_CORRUPT, "page {} of '{}' is damaged or belongs to another instance; restore a backup",
         number, name_);
}

}  // namespace myqsec::storage
