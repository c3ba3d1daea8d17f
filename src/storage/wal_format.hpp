// The layout of the encrypted write-ahead log, and of the one SQLite believes it has.
// docs/formats/database.md.
#pragma once

#include "storage/page_format.hpp"

namespace myqsec::storage {

inline constexpr std::string_view wal_magic = "MYQSWAL";

/// SQLite's layout (its file format page, "The Write-Ahead Log").
inline constexpr std::size_t sqlite_wal_header_size = 32;
inline constexpr std::size_t sqlite_frame_header_size = 24;
inline constexpr std::size_t sqlite_frame_size = sqlite_frame_header_size + page_size;

/// Ours: two slots, then frames. The slot of generation g is g mod 2, so a torn slot leaves its predecessor
/// whole.
inline constexpr std::size_t wal_slot_spacing = 4096;
inline constexpr std::size_t wal_frames_offset = 2 * wal_slot_spacing;
inline constexpr std::size_t wal_slot_clear_size = clear_header_size + 8;
inline constexpr std::size_t wal_slot_size = wal_slot_clear_size + sqlite_wal_header_size + page_reserve;

using WalChain = ByteArray<16>;
using WalTag = ByteArray<crypto::PageCipher::tag_size>;
using SqliteWalHeader = ByteArray<sqlite_wal_header_size>;

/// In clear before each sealed page, and authenticated with it.
struct WalFrameHeader {
    static constexpr std::size_t size = 40;

    std::uint32_t page = 0;
    std::uint32_t commit = 0;  ///< the database's pages after the commit; 0: not the last of its transaction
    std::uint64_t transaction = 0;  ///< counts from 1 in each generation
    std::uint64_t generation = 0;
    WalChain chain{};  ///< of a commit: hash over the tags of all frames before it; else 0

    void store(std::uint8_t* to) const {
        store_be(to, page);
        store_be(to + 4, commit);
        store_be(to + 8, transaction);
        store_be(to + 16, generation);
        std::copy(chain.begin(), chain.end(), to + 24);
    }
    static WalFrameHeader load(const std::uint8_t* from) {
        WalFrameHeader header{load_be<std::uint32_t>(from),
                              load_be<std::uint32_t>(from + 4),
                              load_be<std::uint64_t>(from + 8),
                              load_be<std::uint64_t>(from + 16),
                              {}};
        std::copy_n(from + 24, header.chain.size(), header.chain.begin());
        return header;
    }
    bool operator==(const WalFrameHeader&) const = default;
};

inline constexpr std::size_t wal_frame_size = WalFrameHeader::size + page_size;

/// Frames count from 1, as in SQLite.
constexpr std::uint64_t wal_frame_offset(std::uint64_t frame) {
    return wal_frames_offset + (frame - 1) * wal_frame_size;
}

/// format tag ‖ frame header ‖ frame number
using WalFrameAssociated = ByteArray<clear_header_size + WalFrameHeader::size + 8>;

}  // namespace myqsec::storage
