#include "storage/wal_cipher.hpp"

namespace myqsec::storage {

WalCipher::WalCipher(const DatabaseIdentity& identity, const crypto::Secret& key)
    : cipher_(identity.suite, key) {
    store_format_tag(associated_.data(), wal_magic, identity);
}

void WalCipher::associate(std::uint64_t number, const WalFrameHeader& header) {
    header.store(associated_.data() + clear_header_size);
    store_be(associated_.data() + clear_header_size + WalFrameHeader::size, number);
}

WalTag WalCipher::seal_frame(std::uint64_t number, const WalFrameHeader& header, WalFrameBytes frame) {
    associate(number, header);
    header.store(frame.data());
    const auto page = frame.last<page_size>();
    cipher_.seal(associated_, page.first<page_body>(), page.last<page_reserve>());
    WalTag tag;
    std::copy_n(frame.end() - static_cast<std::ptrdiff_t>(tag.size()), tag.size(), tag.begin());
    return tag;
}

bool WalCipher::open_page(std::uint64_t number, const WalFrameHeader& header,
                          std::span<std::uint8_t, page_size> page) {
    associate(number, header);
    const auto trailer = page.last<page_reserve>();
    if (!cipher_.open(associated_, page.first<page_body>(), trailer)) return false;
    std::fill(trailer.begin(), trailer.end(), std::uint8_t{0});
    return true;
}

WalSlotBytes WalCipher::seal_slot(std::uint64_t generation, const SqliteWalHeader& header) {
    WalSlotBytes slot;
    std::copy_n(associated_.begin(), clear_header_size, slot.begin());
    store_be(slot.data() + clear_header_size, generation);
    std::copy(header.begin(), header.end(), slot.begin() + wal_slot_clear_size);
    const std::span<std::uint8_t, wal_slot_size> bytes(slot);
    cipher_.begin_transaction();
    cipher_.seal(bytes.first<wal_slot_clear_size>(),
                 bytes.subspan<wal_slot_clear_size, sqlite_wal_header_size>(), bytes.last<page_reserve>());
    return slot;
}

std::optional<WalLog> WalCipher::open_slot(std::size_t slot, WalSlotBytes bytes) {
    const auto generation = load_be<std::uint64_t>(bytes.data() + clear_header_size);
    if (!std::equal(bytes.begin(), bytes.begin() + clear_header_size, associated_.begin()))
        return std::nullopt;
    if (generation % 2 != slot) return std::nullopt;
    const WalChain seed = seed_of(bytes);
    const std::span<std::uint8_t, wal_slot_size> all(bytes);
    const auto header = all.subspan<wal_slot_clear_size, sqlite_wal_header_size>();
    if (!cipher_.open(all.first<wal_slot_clear_size>(), header, all.last<page_reserve>()))
        return std::nullopt;
    SqliteWalHeader plain;
    std::copy(header.begin(), header.end(), plain.begin());
    return WalLog(generation, plain, seed);
}

WalChain seed_of(const WalSlotBytes& slot) {
    WalChain seed;
    std::copy_n(slot.end() - static_cast<std::ptrdiff_t>(seed.size()), seed.size(), seed.begin());
    return seed;
}

}  // namespace myqsec::storage
