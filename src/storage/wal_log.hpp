// What is known in memory about the current generation of a write-ahead log.
#pragma once

#include <optional>
#include <vector>

#include "storage/wal_format.hpp"

namespace myqsec::storage {

struct WalFrame {
    std::uint32_t page = 0;
    std::uint32_t commit = 0;
    ByteArray<8> checksum{};  ///< SQLite's, not stored on disk
    WalTag tag{};  ///< of the sealed page: a frame put back from earlier is noticed when it is read
};

/// Transactions have no counter of their own: a frame's transaction number is one more than the commits
/// before it. SQLite writes behind a commit only once that commit is durable, and over it if it failed; so on
/// disk, a frame of transaction n+1 proves that transaction n had been made durable.
class WalLog {
 public:
    WalLog() = default;
    WalLog(std::uint64_t generation, const SqliteWalHeader& header, const WalChain& seed)
        : generation_(generation), sqlite_header_(header), seed_(seed) {}

    [[nodiscard]] std::uint64_t generation() const { return generation_; }
    [[nodiscard]] const SqliteWalHeader& sqlite_header() const { return sqlite_header_; }
    [[nodiscard]] std::uint64_t size() const { return frames_.size(); }
    [[nodiscard]] std::uint64_t commits() const { return commits_.size(); }
    /// The number of the last commit frame, 0 if there is none.
    [[nodiscard]] std::uint64_t last_commit() const { return commits_.empty() ? 0 : commits_.back().frame; }
    [[nodiscard]] WalFrame& frame(std::uint64_t number) { return frames_[number - 1]; }
    [[nodiscard]] const WalFrame& frame(std::uint64_t number) const { return frames_[number - 1]; }

    /// The header that frame has, or would have as the next one with this page and commit size.
    [[nodiscard]] WalFrameHeader header(std::uint64_t number) const;
    [[nodiscard]] WalFrameHeader next_header(std::uint32_t page, std::uint32_t commit) const;

    void append(const WalFrame& frame);
    /// Forgets frames `number` and later.
    void drop_from(std::uint64_t number);

 private:
    struct Commit {
        std::uint64_t frame;
        WalChain chain;
    };
    [[nodiscard]] WalChain next_chain() const;

    std::uint64_t generation_ = 0;
    SqliteWalHeader sqlite_header_{};
    WalChain seed_{};  ///< the slot's tag: binds the chain to this very generation
    std::vector<WalFrame> frames_;
    std::vector<Commit> commits_;
};

}  // namespace myqsec::storage
