// Seals and opens the pages of a database file in one form, each under its number.
#pragma once

#include "storage/pages/page_format.hpp"

namespace myqsec::storage {

class PageSealer {
 public:
    PageSealer(const DatabaseIdentity& identity, const PageForm& form, const crypto::Secret& key);

    [[nodiscard]] const PageForm& form() const { return form_; }
    /// In place: SQLite's page becomes what lies on disk.
    void seal(std::uint32_t number, Page page);
    /// And back; its reserved bytes become zero. False if it is not what was sealed here.
    [[nodiscard]] bool open(std::uint32_t number, Page page);

 private:
    void associate(std::uint32_t number);

    PageForm form_;
    crypto::PageCipher cipher_;
    ByteArray<clear_header_size + 4> associated_{};
};

/// What page 1 starts with in SQLite's eyes.
inline constexpr std::string_view sqlite_magic{"SQLite format 3\0", clear_header_size};

}  // namespace myqsec::storage
