// Seals and opens what a write-ahead log is made of: slots and frames.
#pragma once

#include <optional>

#include "storage/wal_log.hpp"

namespace myqsec::storage {

/// A frame as it lies on disk.
using WalFrameBytes = std::span<std::uint8_t, wal_frame_size>;
using WalSlotBytes = ByteArray<wal_slot_size>;

class WalCipher {
 public:
    WalCipher(const DatabaseIdentity& identity, const crypto::Secret& key);

    void begin_transaction() { cipher_.begin_transaction(); }

    /// `frame` holds the plain page where the sealed one goes; its header is written before it. Returns the
    /// tag.
    WalTag seal_frame(std::uint64_t number, const WalFrameHeader& header, WalFrameBytes frame);
    /// Opens a page that lies behind `header` as frame `number`, in place; its reserved bytes become zero.
    [[nodiscard]] bool open_page(std::uint64_t number, const WalFrameHeader& header,
                                 std::span<std::uint8_t, page_size> page);

    [[nodiscard]] WalSlotBytes seal_slot(std::uint64_t generation, const SqliteWalHeader& header);
    /// The empty log of that slot's generation, unless the slot is damaged.
    [[nodiscard]] std::optional<WalLog> open_slot(std::size_t slot, WalSlotBytes bytes);

 private:
    void associate(std::uint64_t number, const WalFrameHeader& header);

    crypto::PageCipher cipher_;
    WalFrameAssociated associated_{};
};

/// The chain of a generation starts with its slot's tag.
[[nodiscard]] WalChain seed_of(const WalSlotBytes& slot);

}  // namespace myqsec::storage
