// SQLite's WAL checksum, which we don't store but must hand to SQLite when it recovers a log.
#pragma once

#include "storage/wal/wal_format.hpp"

namespace myqsec::storage {

/// The cumulative checksum of SQLite's file format, "The Write-Ahead Log", §4.2 "Checksum Algorithm".
class SqliteWalChecksum {
 public:
    /// Continues from the header's own checksum, in the byte order the header's magic number names.
    explicit SqliteWalChecksum(const SqliteWalHeader& header)
        : big_endian_((header[3] & 1) != 0),
          first_(load_be<std::uint32_t>(header.data() + 24)),
          second_(load_be<std::uint32_t>(header.data() + 28)) {}

    void update(ByteView bytes) {
        for (std::size_t at = 0; at + 8 <= bytes.size(); at += 8) {
            first_ += word(bytes.data() + at) + second_;
            second_ += word(bytes.data() + at + 4) + first_;
        }
    }

    [[nodiscard]] ByteArray<8> value() const {
        ByteArray<8> out;
        store_be(out.data(), first_);
        store_be(out.data() + 4, second_);
        return out;
    }

 private:
    [[nodiscard]] std::uint32_t word(const std::uint8_t* from) const {
        const auto value = load_be<std::uint32_t>(from);
        return big_endian_ ? value : __builtin_bswap32(value);
    }

    bool big_endian_;
    std::uint32_t first_;
    std::uint32_t second_;
};

}  // namespace myqsec::storage
