#include "storage/pages/page_sealer.hpp"

namespace myqsec::storage {

PageSealer::PageSealer(const DatabaseIdentity& identity, const PageForm& form, const crypto::Secret& key)
    : form_(form), cipher_(form.suite, key) {
    store_format_tag(associated_.data(), database_magic, identity, form.suite);
}

void PageSealer::associate(std::uint32_t number) {
    store_be(associated_.data() + clear_header_size, number);
}

void PageSealer::seal(std::uint32_t number, Page page) {
    const std::size_t clear = number == 1 ? clear_header_size : 0;
    associate(number);
    if (clear != 0) std::copy_n(associated_.begin(), clear_header_size, page.begin());
    cipher_.seal(associated_, page.subspan(clear, page_body - clear), page.last<page_reserve>());
}

bool PageSealer::open(std::uint32_t number, Page page) {
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

}  // namespace myqsec::storage
