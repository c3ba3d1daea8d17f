// The encrypted database file: page for page at the same offset as SQLite's, each sealed under its number.
#pragma once

#include <memory>

#include "base/folder.hpp"
#include "crypto/page_cipher.hpp"
#include "storage/page_format.hpp"
#include "storage/vfs_file.hpp"

namespace myqsec::storage {

/// Reads the clear header. Throws ERR_CORRUPT, ERR_NEWER_VERSION.
[[nodiscard]] DatabaseIdentity read_identity(File& file, std::string_view name);

class PageFile final : public VfsFile {
 public:
    PageFile(std::unique_ptr<File> file, std::string name, const DatabaseIdentity& identity,
             const crypto::Secret& key);
    ~PageFile() override;

    bool read(std::uint64_t offset, ByteSpan into) override;
    void write(std::uint64_t offset, ByteView from) override;
    void truncate(std::uint64_t size) override;
    void sync() override;
    [[nodiscard]] std::uint64_t size() override;

    /// Whether page 1 is there and opens under this key; says nothing about the other pages.
    [[nodiscard]] bool first_page_opens();

 private:
    bool read_page(std::uint32_t number, std::span<std::uint8_t, page_size> into);
    [[nodiscard]] bool open_page(std::uint32_t number, std::span<std::uint8_t, page_size> page);
    void associate(std::uint32_t number);
    void serve_file_header(ByteSpan into);

    std::unique_ptr<File> file_;
    std::string name_;
    DatabaseIdentity identity_;
    crypto::PageCipher cipher_;
    bool fresh_prefix_ = false;
    ByteArray<clear_header_size + 4> associated_{};
    ByteArray<page_size> scratch_{};
};

}  // namespace myqsec::storage
