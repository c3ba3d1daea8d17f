// The encrypted database file: page for page at the same offset as SQLite's, each sealed under its number.
#pragma once

#include <memory>

#include "base/folder.hpp"
#include "storage/pages/marks_file.hpp"
#include "storage/pages/page_reader.hpp"
#include "storage/pages/vfs_file.hpp"

namespace myqsec::storage {

/// What page 1 says in clear.
struct ClearHeader {
    DatabaseIdentity identity;
    crypto::PageSuite suite;  ///< of page 1
};

/// Throws ERR_CORRUPT, ERR_NEWER_VERSION.
[[nodiscard]] ClearHeader read_clear_header(File& file, std::string_view name);

/// Whether page 1 is there and opens under one of the keys; says nothing about the other pages.
[[nodiscard]] bool first_page_opens(File& file, const ClearHeader& header, const DatabaseKeys& keys);

/// The mark of a page as it lies there; 0 behind the end.
[[nodiscard]] crypto::PageMark read_mark(File& file, std::uint32_t number);

class PageFile final : public VfsFile {
 public:
    /// `state` outlives it, and its ledger knows the file's pages; so does `marks`, if they are kept.
    PageFile(std::unique_ptr<File> file, std::string name, PageState& state, MarksFile* marks = nullptr);
    ~PageFile() override;

    bool read(std::uint64_t offset, ByteSpan into) override;
    void write(std::uint64_t offset, ByteView from) override;
    void truncate(std::uint64_t size) override;
    void sync() override;
    [[nodiscard]] std::uint64_t size() override;

    /// The state's forms have changed. The log is empty, so that every page here counts.
    void change_forms() { reader_.follow_forms(); }
    /// The page sealed in the form `to`. False for one that was never written.
    [[nodiscard]] bool convert(std::uint32_t number, Page sealed);
    /// Writes a page that is sealed already.
    void put(std::uint32_t number, Page sealed);
    [[nodiscard]] File& file() { return *file_; }
    [[nodiscard]] const std::string& name() const { return name_; }

 private:
    void retire_snapshots();  ///< once between two syncs

    std::unique_ptr<File> file_;
    std::string name_;
    PageState& state_;
    MarksFile* marks_;
    PageReader reader_;
    bool snapshots_retired_ = false;
    ByteArray<page_size> scratch_{};
};

}  // namespace myqsec::storage
