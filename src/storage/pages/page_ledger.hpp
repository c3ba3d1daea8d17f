// What the database file must hold, page for page: a page put back from earlier is noticed when it is read.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "storage/pages/page_format.hpp"

namespace myqsec::storage {

/// 8 bytes a page (0.2 % of the file), so that firmware can afford it. An older version of a page passes with
/// a probability of 2^-64: its tag is pseudorandom, and nobody without the key can look for one that fits.
class PageLedger {
 public:
    explicit PageLedger(const crypto::Secret& key) : digest_(key) {}

    [[nodiscard]] std::uint32_t pages() const { return static_cast<std::uint32_t>(marks_.size()); }
    /// 0 for a page that was never written: SQLite leaves a hole where it would place its locks. Page 0 is
    /// none.
    [[nodiscard]] crypto::PageMark mark(std::uint32_t page) const {
        const std::uint32_t index = page - 1;
        return index < marks_.size() ? marks_[index] : 0;
    }
    [[nodiscard]] std::span<const crypto::PageMark> marks() const { return marks_; }
    [[nodiscard]] const crypto::PageSum& sum() const { return sum_; }
    [[nodiscard]] const crypto::PageDigest& digest() const { return digest_; }

    /// Whether a page with that mark is the one that was last written there.
    [[nodiscard]] bool accepts(std::uint32_t page, crypto::PageMark found) const {
        return mark(page) == found;
    }

    void set(std::uint32_t page, crypto::PageMark mark) {
        if (page > marks_.size()) marks_.resize(page);
        digest_.toggle(sum_, page, marks_[page - 1]);
        marks_[page - 1] = mark;
        digest_.toggle(sum_, page, mark);
    }

    void resize(std::uint32_t pages) {
        if (pages < marks_.size()) digest_.toggle(sum_, pages + 1, std::span(marks_).subspan(pages));
        marks_.resize(pages);
    }

    /// Room for as many, so that none is left over when they have come.
    void reserve(std::uint32_t pages) { marks_.reserve(pages); }
    /// Those of the next pages.
    void append(std::span<const crypto::PageMark> marks) {
        const std::uint32_t first = pages() + 1;
        marks_.insert(marks_.end(), marks.begin(), marks.end());
        digest_.toggle(sum_, first, marks);
    }

    void clear() {
        marks_.clear();
        sum_ = {};
    }

    /// The same pages, summed under another key.
    void rekey(const crypto::Secret& key) {
        digest_ = crypto::PageDigest(key);
        sum_ = {};
        digest_.toggle(sum_, 1, marks_);
    }

 private:
    crypto::PageDigest digest_;
    std::vector<crypto::PageMark> marks_;
    crypto::PageSum sum_{};
};

}  // namespace myqsec::storage
