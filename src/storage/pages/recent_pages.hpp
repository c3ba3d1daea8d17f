// Which pages of a database file were written last: an earlier state of the file lacks the newest of them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <unordered_set>
#include <vector>

namespace myqsec::storage {

/// Each page once, the newest first: as many as a header of 4096 bytes takes. Of any set of pages, the one
/// that was written last is here, if any of the set is.
class RecentPages {
 public:
    static constexpr std::size_t most = 1015;

    void wrote(std::uint32_t page) {
        if (written_.size() >= room) compact();
        written_.push_back(page);
    }
    [[nodiscard]] std::vector<std::uint32_t> newest_first() const {
        std::vector<std::uint32_t> out;
        std::unordered_set<std::uint32_t> seen;
        for (auto page = written_.rbegin(); page != written_.rend() && out.size() < most; ++page) {
            if (seen.insert(*page).second) out.push_back(*page);
        }
        return out;
    }
    void assign(std::span<const std::uint32_t> newest_first) {
        written_.assign(newest_first.rbegin(), newest_first.rend());
    }
    void clear() { written_.clear(); }

 private:
    static constexpr std::size_t room = 4 * most;

    void compact() { assign(newest_first()); }

    std::vector<std::uint32_t> written_;  ///< as it came, the newest last, each as often as it was written
};

}  // namespace myqsec::storage
