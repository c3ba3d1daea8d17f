// Seals and opens the frames of a write-ahead log.
#pragma once

#include "storage/wal/wal_log.hpp"

namespace myqsec::storage {

class WalCipher {
 public:
    WalCipher(const DatabaseIdentity& identity, const PageForm& form, const crypto::Secret& key);

    /// `frame` holds the plain page where the sealed one goes; its header is written before it. Returns the
    /// tag.
    WalTag seal_frame(std::uint64_t number, const WalFrameHeader& header,
                      std::span<std::uint8_t, wal_frame_size> frame);
    /// Opens a page that lies behind `header` as frame `number`, in place; its reserved bytes become zero.
    [[nodiscard]] bool open_page(std::uint64_t number, const WalFrameHeader& header, Page page);

 private:
    void associate(std::uint64_t number, const WalFrameHeader& header);

    crypto::PageCipher cipher_;
    ByteArray<clear_header_size + WalFrameHeader::size + 8>
        associated_{};  ///< format tag ‖ frame header ‖ frame number
};

}  // namespace myqsec::storage
