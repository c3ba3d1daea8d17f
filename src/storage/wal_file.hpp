// The encrypted write-ahead log. SQLite reads and writes its own layout; on disk lies ours, in which nothing
// it could recompute is stored and every frame is one write.
#pragma once

#include <memory>
#include <optional>

#include "base/folder.hpp"
#include "storage/vfs_file.hpp"
#include "storage/wal_recovery.hpp"

namespace myqsec::storage {

class WalFile final : public VfsFile {
 public:
    WalFile(std::unique_ptr<File> file, std::string name, WalCipher cipher, WalLog log);
    ~WalFile() override;

    bool read(std::uint64_t offset, ByteSpan into) override;
    void write(std::uint64_t offset, ByteView from) override;
    void truncate(std::uint64_t size) override;
    void sync() override;
    [[nodiscard]] std::uint64_t size() override;

 private:
    /// A frame header SQLite wrote, whose page has not come yet.
    struct PendingHeader {
        std::uint64_t frame;
        ByteArray<sqlite_frame_header_size> bytes;
    };

    void start_generation(ByteView sqlite_header);
    void write_page(std::uint64_t number, ByteView page);
    void append_frame(const PendingHeader& pending, ByteView page);
    void rewrite_frame(std::uint64_t number, ByteView page);
    WalTag put_frame(std::uint64_t number, const WalFrameHeader& header, ByteView page);
    void settle_header();
    void read_frame(std::uint64_t number, std::size_t within, ByteSpan into);
    void read_page(std::uint64_t number, std::span<std::uint8_t, page_size> into);
    [[nodiscard]] ByteArray<sqlite_frame_header_size> sqlite_frame_header(std::uint64_t number) const;
    [[noreturn]] void unexpected(std::string_view what, std::uint64_t offset, std::size_t size) const;

    std::unique_ptr<File> file_;
    std::string name_;
    WalCipher cipher_;
    WalLog log_;
    std::uint64_t durable_generation_;
    std::optional<PendingHeader> pending_;
    ByteArray<wal_frame_size> scratch_{};
};

/// Opens `name`, or makes a new empty log under it. Sets what recovery found.
[[nodiscard]] std::unique_ptr<WalFile> open_wal(Folder& folder, const std::string& name,
                                                const DatabaseIdentity& identity, const crypto::Secret& key,
                                                WalRecovery& found);

}  // namespace myqsec::storage
