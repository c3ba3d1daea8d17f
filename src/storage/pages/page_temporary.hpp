// SQLite's temporary files (statement journals, sorters): unnamed, sealed under a key that dies with them.
#pragma once

#include <memory>
#include <vector>

#include "base/folder.hpp"
#include "crypto/page_cipher.hpp"
#include "storage/pages/page_format.hpp"
#include "storage/pages/vfs_file.hpp"

namespace myqsec::storage {

/// Blocks of one page. Nonces and tags stay in memory, so no block can be put back from earlier.
class PageTemporary final : public VfsFile {
 public:
    explicit PageTemporary(Folder& folder);
    ~PageTemporary() override;

    bool read(std::uint64_t offset, ByteSpan into) override;
    void write(std::uint64_t offset, ByteView from) override;
    void truncate(std::uint64_t size) override;
    void sync() override {}  // it dies with the process anyway
    [[nodiscard]] std::uint64_t size() override { return size_; }

 private:
    static constexpr std::uint64_t no_block = ~std::uint64_t{0};
    using Trailer = ByteArray<page_reserve>;

    void load(std::uint64_t block);
    void store();
    [[nodiscard]] ByteArray<8> associated(std::uint64_t block) const;

    std::unique_ptr<File> file_;
    crypto::PageCipher cipher_;
    std::vector<Trailer> trailers_;
    std::vector<bool> stored_;
    std::uint64_t size_ = 0;
    std::uint64_t current_ = no_block;  ///< the block held in plain_
    bool changed_ = false;
    ByteArray<page_size> plain_{};
    ByteArray<page_size> sealed_{};
};

}  // namespace myqsec::storage
