// The encrypted write-ahead log. SQLite reads and writes its own layout; on disk lies ours, in which nothing
// it could recompute is stored and every frame is one write.
#pragma once

#include <memory>
#include <optional>

#include "base/folder.hpp"
#include "storage/pages/page_state.hpp"
#include "storage/pages/vfs_file.hpp"
#include "storage/wal/wal_cipher.hpp"
#include "storage/wal/wal_sync.hpp"

namespace myqsec::storage {

class WalFile final : public VfsFile {
 public:
    /// `state` outlives it. What `log` holds is durable.
    WalFile(std::unique_ptr<File> file, std::string name, PageState& state, WalLog log);
    ~WalFile() override;

    bool read(std::uint64_t offset, ByteSpan into) override;
    void write(std::uint64_t offset, ByteView from) override;
    void truncate(std::uint64_t size) override;
    /// Waits for the sync of all that was written. Commits are not synced by SQLite, but by who waits for
    /// them.
    void sync() override;
    [[nodiscard]] std::uint64_t size() override;
    /// Stands for all that was written, until syncs() has waited for it.
    [[nodiscard]] WalSync::Ticket ticket();
    [[nodiscard]] WalSync::Ticket newest_ticket() { return written_ ? ticket() : syncs_.newest(); }
    [[nodiscard]] WalSync& syncs() { return syncs_; }

    [[nodiscard]] const WalLog& log() const { return log_; }
    [[nodiscard]] File& file() { return *file_; }
    [[nodiscard]] const std::string& name() const { return name_; }
    /// Begins an empty generation, durably, unless it is one already. Everything in the log has been
    /// checkpointed and synced.
    void restart();
    /// Though it is empty: its slot does not say what has become of the database file.
    void renew();

 private:
    static constexpr std::uint64_t reused_frames = 1000;  ///< whose room a restart leaves, 4 MiB

    /// A frame header SQLite wrote, whose page has not come yet.
    struct PendingHeader {
        std::uint64_t frame;
        ByteArray<sqlite_frame_header_size> bytes;
    };

    void start_generation(const SqliteWalHeader& header);
    [[nodiscard]] WalFrameHeader next_header(std::uint32_t page, std::uint32_t commit);
    void write_page(std::uint64_t number, ByteView page);
    void append_frame(const PendingHeader& pending, ByteView page);
    void rewrite_frame(std::uint64_t number, ByteView page);
    WalTag put_frame(std::uint64_t number, const WalFrameHeader& header, ByteView page);
    void settle_header();
    void drop_from(std::uint64_t number);
    [[nodiscard]] WalPosition position() const { return {log_.generation(), log_.commits(), log_.counter()}; }
    void read_frame(std::uint64_t number, std::size_t within, ByteSpan into);
    void read_page(std::uint64_t number, Page into);
    [[nodiscard]] ByteArray<sqlite_frame_header_size> sqlite_frame_header(std::uint64_t number) const;
    [[noreturn]] void unexpected(std::string_view what, std::uint64_t offset, std::size_t size) const;

    std::unique_ptr<File> file_;
    std::string name_;
    PageState& state_;
    WalLog log_;
    WalCipher cipher_;
    WalSync syncs_;
    std::uint64_t durable_generation_;
    bool written_ = false;   ///< something that no ticket stands for
    bool reusable_ = false;  ///< no frame behind the end is torn, or of another form
    std::optional<PendingHeader> pending_;
    ByteArray<wal_frame_size> scratch_{};
};

/// Reads the page of that frame, which was sealed behind `header` and got `tag`. Throws ERR_CORRUPT.
void open_frame(File& file, std::string_view name, WalCipher& cipher, std::uint64_t number,
                const WalFrameHeader& header, const WalTag& tag, Page into);

/// A new, empty log over the pages that the state's ledger knows. It appears under its name only with valid
/// slots: one without was not left by a crash. Durable when it returns.
[[nodiscard]] std::unique_ptr<File> create_wal(Folder& folder, const std::string& name,
                                               const PageState& state);

}  // namespace myqsec::storage
