// The database as its last durable commit left it, for reading beside whoever changes it: a file of plain
// pages, without a log.
#pragma once

#include <optional>

#include "storage/pages/page_file.hpp"
#include "storage/wal/wal_file.hpp"

namespace myqsec::storage {

/// Read by one thread at a time, which holds the state's `snapshots`. What a reader sees stays the same from
/// begin_read() on, for as long as that is held.
class SnapshotFile final : public VfsFile {
 public:
    /// All outlive it.
    SnapshotFile(PageFile& pages, WalFile& log, PageState& state);
    ~SnapshotFile() override;

    void begin_read() override;
    bool read(std::uint64_t offset, ByteSpan into) override;
    [[nodiscard]] std::uint64_t size() override { return std::uint64_t{view_.pages} * page_size; }
    void write(std::uint64_t offset, ByteView from) override;
    void truncate(std::uint64_t size) override;
    void sync() override {}

 private:
    bool read_page(std::uint32_t number, Page into);
    bool read_frame(std::uint32_t number, Page into);
    void store_header_fields(ByteSpan into) const;

    PageState& state_;
    WalFile& log_;
    std::string name_;
    PageReader pages_;
    std::optional<WalCipher> cipher_;  ///< of the log's generation
    PageForm cipher_form_;
    std::uint64_t generation_ = 0;
    std::uint64_t commits_ = 0;
    WalLog::View view_;
    std::uint32_t version_ = 0;  ///< another one whenever another state is shown
    ByteArray<page_size> scratch_{};
};

}  // namespace myqsec::storage
