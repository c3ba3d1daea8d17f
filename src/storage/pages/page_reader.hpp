// Reads the pages of a database file, for SQLite's connection and, beside it, for snapshots.
#pragma once

#include <string>

#include "base/folder.hpp"
#include "storage/pages/page_sealer.hpp"
#include "storage/pages/page_state.hpp"

namespace myqsec::storage {

class PageReader {
 public:
    /// SQLite reads this much of page 1 before it looks for a log (sqlite3PagerReadFileheader).
    static constexpr std::size_t file_header_size = 100;

    /// All outlive it.
    PageReader(File& file, const std::string& name, PageState& state);
    PageReader(const PageReader&) = delete;
    PageReader& operator=(const PageReader&) = delete;
    ~PageReader();

    /// False if the file ends before it: it is then all zero. Throws ERR_CORRUPT, ERR_TAMPERED.
    bool read(std::uint32_t number, Page into);
    /// A part of that page.
    bool read(std::uint32_t number, std::size_t within, ByteSpan into);
    /// A power cut in a checkpoint may have torn page 1, whose good copy is then in the log: so SQLite gets
    /// here what it needs, the page's geometry, from what never changes.
    static void serve_file_header(ByteSpan into);

    /// The state's forms may have changed.
    void follow_forms();
    [[nodiscard]] PageSealer& sealer_of(std::uint32_t page) {
        return state_.forms.of(page) == to_.form() ? to_ : from_;
    }
    [[nodiscard]] PageSealer& to() { return to_; }
    [[nodiscard]] PageSealer& from() { return from_; }

 private:
    [[nodiscard]] bool accepts(std::uint32_t number, crypto::PageMark mark) const;
    [[noreturn]] void refuse(std::uint32_t number, Page page);

    File& file_;
    const std::string& name_;
    PageState& state_;
    PageSealer to_;
    PageSealer from_;
    ByteArray<page_size> scratch_{};
};

}  // namespace myqsec::storage
