// What is known in memory about the current generation of a write-ahead log.
#pragma once

#include <optional>
#include <unordered_map>
#include <vector>

#include "storage/pages/page_ledger.hpp"
#include "storage/wal/wal_format.hpp"

namespace myqsec::storage {

struct WalFrame {
    std::uint32_t page = 0;
    std::uint32_t commit = 0;
    std::uint64_t durable = 0;  ///< the last transaction that was known to be durable then
    ByteArray<8> checksum{};    ///< SQLite's, not stored on disk
    WalTag tag{};  ///< of the sealed page: a frame put back from earlier is noticed when it is read
    std::uint64_t earlier = 0;  ///< the frame before it that holds the same page, 0 if there is none
};

/// The pages that only the database file has: no transaction of this generation has written or cut them off.
struct Remainder {
    crypto::PageSum sum{};
    std::uint32_t pages = 0;  ///< none of a higher number
};

/// Transactions have no counter of their own: a frame's transaction number is one more than the commits
/// before it. Frames are written behind commits that are not durable yet; each names the last one that is.
class WalLog {
 public:
    WalLog() = default;
    WalLog(std::uint64_t generation, const SqliteWalHeader& header, const WalChain& seed,
           const BaseState& base)
        : generation_(generation), sqlite_header_(header), seed_(seed), base_(base) {}

    [[nodiscard]] std::uint64_t generation() const { return generation_; }
    [[nodiscard]] const SqliteWalHeader& sqlite_header() const { return sqlite_header_; }
    [[nodiscard]] const BaseState& base() const { return base_; }
    /// While it is empty: what the database file holds has another form since.
    void rebase(const BaseState& base) { base_ = base; }
    [[nodiscard]] std::uint64_t size() const { return frames_.size(); }
    [[nodiscard]] std::uint64_t commits() const { return commits_.size(); }
    /// The number of the last commit frame, 0 if there is none.
    [[nodiscard]] std::uint64_t last_commit() const { return commits_.empty() ? 0 : commits_.back().frame; }
    /// What the last commit, or the generation's beginning, asks of the outside counter.
    [[nodiscard]] std::uint64_t counter() const {
        return commits_.empty() ? base_.counter : commits_.back().counter;
    }
    [[nodiscard]] const crypto::PageDigest::Proof& last_proof() const { return commits_.back().proof; }
    [[nodiscard]] WalFrame& frame(std::uint64_t number) { return frames_[number - 1]; }
    [[nodiscard]] const WalFrame& frame(std::uint64_t number) const { return frames_[number - 1]; }
    /// Whether any frame here holds that page.
    [[nodiscard]] bool covers(std::uint32_t page) const { return newest_frames_.contains(page); }
    /// The newest frame of that page, 0 if there is none.
    [[nodiscard]] std::uint64_t newest_frame(std::uint32_t page) const;
    /// What the database looked like after so many commits.
    struct View {
        std::uint64_t last_frame = 0;
        std::uint32_t pages = 0;
    };
    [[nodiscard]] View view(std::uint64_t commits) const;
    /// The newest frame of that page in it, 0 if only the database file has it.
    [[nodiscard]] std::uint64_t newest_frame(std::uint32_t page, const View& view) const;

    /// The header that frame has.
    [[nodiscard]] WalFrameHeader header(std::uint64_t number) const;
    /// The header of the next frame, if it has this page and commit size. Of a commit: without counter and
    /// proof.
    [[nodiscard]] WalFrameHeader next_header(std::uint32_t page, std::uint32_t commit) const;
    /// Also counter and proof. `ledger` has the file's pages as they were when the generation began, those
    /// apart that transactions of this generation have written.
    [[nodiscard]] WalFrameHeader next_commit(std::uint32_t page, std::uint32_t commit, std::uint64_t counter,
                                             const PageLedger& ledger, const DatabaseIdentity& identity);
    /// What a proof of `sum` looks like in the last commit.
    [[nodiscard]] crypto::PageDigest::Proof proof_of(const crypto::PageSum& sum, const PageLedger& ledger,
                                                     const DatabaseIdentity& identity) const;

    /// `header` is the one it was sealed with.
    void append(const WalFrame& frame, const WalFrameHeader& header);
    /// Forgets frames `number` and later.
    void drop_from(std::uint64_t number);

    /// Of the database file only pages up to this number count, if the log doesn't hold them: the rest was
    /// cut off.
    [[nodiscard]] std::uint32_t lowest_size() const;
    /// The database file has no page beyond, whatever of the log was checkpointed.
    [[nodiscard]] std::uint32_t highest_size() const;
    /// After recovery: what the database file turned out to hold besides.
    void settle(const crypto::PageSum& sum) {
        if (!commits_.empty()) commits_.back().remainder = {sum, lowest_size()};
    }

 private:
    struct Commit {
        std::uint64_t frame;
        WalChain chain;
        std::uint64_t counter;
        crypto::PageDigest::Proof proof;
        Remainder remainder;
    };
    [[nodiscard]] WalChain next_chain() const;
    [[nodiscard]] Remainder remainder() const;
    [[nodiscard]] crypto::PageDigest::Proof prove(const crypto::PageSum& sum, std::uint64_t transaction,
                                                  const PageLedger& ledger,
                                                  const DatabaseIdentity& identity) const;

    std::uint64_t generation_ = 0;
    SqliteWalHeader sqlite_header_{};
    WalChain seed_{};  ///< the slot's tag: binds the chain to this very generation
    BaseState base_;
    std::optional<Remainder> next_;  ///< of the commit whose header was made, until it is appended
    std::vector<WalFrame> frames_;
    std::vector<Commit> commits_;
    std::unordered_map<std::uint32_t, std::uint64_t> newest_frames_;  ///< of each page
};

}  // namespace myqsec::storage
