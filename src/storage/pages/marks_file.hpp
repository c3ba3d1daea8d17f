// The marks of a database file's pages in a file of their own, so that an opening reads them in one go.
// docs/formats/database.md.
#pragma once

#include <memory>
#include <string>

#include "base/folder.hpp"
#include "storage/pages/page_state.hpp"
#include "storage/pages/recent_pages.hpp"

namespace myqsec::storage {

inline constexpr std::string_view marks_magic = "MYQSMRK";

/// Format tag ‖ number of pages 4 ‖ recent pages 4 each, 0 behind the last ‖ tag 16; then the marks.
inline constexpr std::size_t marks_header_size = 4096;
inline constexpr std::size_t marks_recent_offset = clear_header_size + 4;
inline constexpr std::size_t marks_tag_offset = marks_header_size - crypto::PageDigest::proof_size;
static_assert(marks_recent_offset + RecentPages::most * 4 == marks_tag_offset);
using MarksHeader = ByteArray<marks_header_size>;

/// Of what `state` has in its ledger.
[[nodiscard]] MarksHeader make_marks_header(const PageState& state,
                                            std::span<const std::uint32_t> recent_pages);

/// A cache: nothing in it counts before the log has proved it, whatever it lacks is read from the database
/// file, and it is never synced. So nothing here fails, but for want of memory while it is read.
class MarksFile {
 public:
    MarksFile(Folder& folder, std::string_view database) : folder_(folder), name_(file_name(database)) {}

    [[nodiscard]] static std::string file_name(std::string_view database) {
        return std::string(database) + "-marks";
    }

    /// Puts what the file says into the state's empty ledger. False if it is not whole, of this database and
    /// key, or of at least and at most so many pages: the ledger may then hold anything.
    [[nodiscard]] bool load(PageState& state, std::uint32_t least, std::uint32_t most);
    /// It said what is not so: the next write() begins anew.
    void distrust();
    [[nodiscard]] std::vector<std::uint32_t> recent_pages() const { return recent_.newest_first(); }

    /// The database file has another version of that page now, and the ledger knows.
    void wrote(std::uint32_t page);
    /// When the database file is durable as the ledger says.
    void write(const PageState& state) noexcept;
    static void remove(Folder& folder, std::string_view database);

 private:
    void begin_anew();
    void write_changed_blocks(const PageLedger& ledger);

    Folder& folder_;
    std::string name_;
    std::unique_ptr<File> file_;  ///< nothing: what lies there is not known to be of any use
    std::vector<bool> changed_;   ///< blocks of marks that differ from what lies there
    RecentPages recent_;
};

}  // namespace myqsec::storage
