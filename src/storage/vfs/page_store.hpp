// A database's file and log as one thing: opened together, because only together they say what is true.
#pragma once

#include <memory>
#include <optional>

#include "storage/vfs/conversion_journal.hpp"
#include "storage/vfs/snapshot_file.hpp"
#include "storage/wal/wal_recovery.hpp"

namespace myqsec::storage {

struct PageStoreOptions {
    crypto::PageSuite suite =
        crypto::PageSuite::xaes_256_gcm;  ///< of a new file; an existing one says its own
    CounterOptions counter;
    LockRank snapshot_rank = LockRank::unranked;
};

class PageStore {
 public:
    PageStore(Folder& folder, std::string_view name, const DatabaseKeys& keys,
              const PageStoreOptions& options)
        : folder_(folder), name_(name), keys_(keys.clone()), options_(options) {}

    [[nodiscard]] const std::string& name() const { return name_; }

    // SQLite's files. It asks for each once, and owns it.
    /// Throws ERR_EXISTS.
    [[nodiscard]] std::unique_ptr<VfsFile> create_file();
    /// Recovers the log, and finishes what a crash left. Throws ERR_CORRUPT, ERR_TAMPERED (file and log don't
    /// belong together, or to the counter), ERR_NEWER_VERSION.
    [[nodiscard]] std::unique_ptr<VfsFile> open_file();
    [[nodiscard]] std::unique_ptr<VfsFile> open_log();
    /// For a second connection, which only reads. Closed before the other two.
    [[nodiscard]] std::unique_ptr<VfsFile> open_snapshot();
    /// Held while a snapshot is read.
    [[nodiscard]] RankedMutex<SnapshotSeats>& snapshots() { return state_->snapshots; }

    // Conversions. The log is empty, and stays so until they return: nothing else uses the database
    // meanwhile.
    [[nodiscard]] const PageForms& forms() const { return state_->forms; }
    [[nodiscard]] std::uint32_t pages() const { return state_->ledger.pages(); }
    void put_key(std::uint32_t version, const crypto::Secret& key);
    void drop_key(std::uint32_t version);
    /// From now on the log, and every page that a step reaches, has the form `to`. Throws ERR_NOT_POSSIBLE.
    void begin_conversion(const PageForm& to);
    /// One step of at most that many pages, durable when it returns. True when all is done, or nothing was to
    /// do. If it throws, the step was not made, or is finished when the database opens again.
    bool convert(std::uint32_t most);

    // After an opening that took the marks from their own file: the database file is compared with them, a
    // slice at a time. It begins and ends under the database's lock, which reading it does not need.
    struct Slice {
        std::uint32_t first = 0;
        std::vector<crypto::PageMark> marks;  ///< as the file has them; none when all were compared
    };
    [[nodiscard]] Slice begin_slice(std::uint32_t most) const;
    void read(Slice& slice) const;
    /// A page that an earlier version replaces raises the alarm. Throws ERR_CORRUPT, ERR_IO if one is
    /// damaged, when it has compared all of them.
    void finish_slice(const Slice& slice);
    [[nodiscard]] bool all_compared() const { return uncompared_ == 0; }

    /// Stands for all that was committed, until syncs() has waited for it. Under the database's lock.
    [[nodiscard]] WalSync::Ticket ticket() { return wal_->ticket(); }
    /// The same, but a new one only if something was written since the last.
    [[nodiscard]] WalSync::Ticket newest_ticket() { return wal_->newest_ticket(); }
    [[nodiscard]] WalSync& syncs() { return wal_->syncs(); }
    /// Whether what was committed can still be relied on.
    [[nodiscard]] bool sound() const { return wal_ == nullptr || wal_->syncs().sound(); }
    /// How many frames the log holds.
    [[nodiscard]] std::uint64_t log_size() const { return wal_->log().size(); }

    /// Whether a page was found replaced since this was last asked.
    [[nodiscard]] bool take_alarm() { return state_->alarm.exchange(false); }
    [[nodiscard]] bool damaged_tail() const { return damaged_tail_; }
    [[nodiscard]] bool counter_lacked() const { return state_->counter.is_lacked(); }
    [[nodiscard]] std::uint64_t recovered_transactions() const { return recovered_transactions_; }

 private:
    [[nodiscard]] std::string log_name() const { return name_ + "-wal"; }
    [[nodiscard]] std::string path() const { return folder_.path() + "/" + name_; }
    [[nodiscard]] std::unique_ptr<File> existing_log(const ClearHeader& header);
    void recover(File& file, const ClearHeader& header);
    void require_empty_log() const;
    void change_forms(const PageForms& forms);
    [[nodiscard]] ConversionStep next_step(std::uint32_t count);
    void replace_pages(ConversionStep& step);
    bool finish_step(File& file, WalLog& log);
    void require_page(std::uint32_t number);

    Folder& folder_;
    std::string name_;
    DatabaseKeys keys_;
    PageStoreOptions options_;
    std::optional<PageState> state_;
    std::optional<MarksFile> marks_;
    std::unique_ptr<WalFile> log_;  ///< recovered, until SQLite asks for it
    PageFile* pages_ = nullptr;
    WalFile* wal_ = nullptr;
    std::uint32_t uncompared_ = 0;  ///< the first page of which only the marks file's word is known; 0: none
    bool damaged_tail_ = false;
    std::uint64_t recovered_transactions_ = 0;
};

}  // namespace myqsec::storage
