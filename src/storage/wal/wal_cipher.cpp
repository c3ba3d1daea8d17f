#include "storage/wal/wal_cipher.hpp"

namespace myqsec::storage {

WalCipher::WalCipher(const DatabaseIdentity& identity, const PageForm& form, const crypto::Secret& key)
    : cipher_(form.suite, key) {
    store_format_tag(associated_.data(), wal_magic, identity, form.suite);
}

void WalCipher::associate(std::uint64_t number, const WalFrameHeader& header) {
    header.store(std::span(associated_).subspan<clear_header_size, WalFrameHeader::size>());
    store_be(associated_.data() + clear_header_size + WalFrameHeader::size, number);
}

WalTag WalCipher::seal_frame(std::uint64_t number, const WalFrameHeader& header,
                             std::span<std::uint8_t, wal_frame_size> frame) {
    associate(number, header);
    header.store(frame.first<WalFrameHeader::size>());
    const auto page = frame.last<page_size>();
    cipher_.seal(associated_, page.first<page_body>(), page.last<page_reserve>());
    WalTag tag;
    std::copy_n(frame.end() - static_cast<std::ptrdiff_t>(tag.size()), tag.size(), tag.begin());
    return tag;
}

bool WalCipher::open_page(std::uint64_t number, const WalFrameHeader& header, Page page) {
    associate(number, header);
    const auto trailer = page.last<page_reserve>();
    if (!cipher_.open(associated_, page.first<page_body>(), trailer)) return false;
    std::fill(trailer.begin(), trailer.end(), std::uint8_t{0});
    return true;
}

}  // namespace myqsec::storage
