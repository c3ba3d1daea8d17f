// One sync of the log for all who wait for one. Writers append under the database's lock and wait without it,
// so that nobody else waits for a disk (as LevelDB's write queue and PostgreSQL's group commit do).
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>

#include "base/folder.hpp"
#include "storage/pages/outside_counter.hpp"

namespace myqsec::storage {

/// Where a log stands after something was written to it.
struct WalPosition {
    std::uint64_t generation = 0;
    std::uint64_t commits = 0;  ///< of this generation
    std::uint64_t counter = 0;  ///< what the last of them asks of the outside counter
};

/// Safe from any thread. A sync that failed leaves unknown what is on disk, and a second one would tell
/// nothing: the system may have dropped what it could not write. So from then on everything fails, until the
/// database is opened again and looks.
class WalSync {
 public:
    using Ticket = std::uint64_t;

    /// Both outlive it; what lies in `file` up to `at` is durable.
    WalSync(File& file, CounterGuard& counter, std::string name, const WalPosition& at);

    /// Under the database's lock: the log stands here now. What was written before and is taken back, because
    /// its transaction failed after all, is no longer counted as durable.
    void moved(const WalPosition& to);
    /// Stands for everything that was written before the call.
    [[nodiscard]] Ticket ticket();
    /// Returns when that is durable and the outside counter knows; the first who comes syncs for all who have
    /// come. Throws ERR_OUTCOME_UNKNOWN.
    void wait(Ticket ticket);
    /// Waits for every ticket there is. If that fails, whoever asks next is told.
    void wait_for_all() noexcept;
    /// The newest ticket.
    [[nodiscard]] Ticket newest() const;
    /// Whether wait() would return at once.
    [[nodiscard]] bool is_durable(Ticket ticket) const;
    /// How many commits of that generation are durable for certain.
    [[nodiscard]] std::uint64_t durable_commits(std::uint64_t generation) const;
    /// What a commit is to ask of the outside counter, if the one before it asked for `asked`.
    [[nodiscard]] std::uint64_t next_counter(std::uint64_t asked) const;
    /// Throws ERR_OUTCOME_UNKNOWN after a sync has failed.
    void require_sound() const;
    [[nodiscard]] bool sound() const;

 private:
    void lead(std::unique_lock<std::mutex>& lock);
    [[noreturn]] void fail_unknown() const;

    File& file_;
    CounterGuard& counter_;
    std::string name_;

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    WalPosition written_;
    WalPosition durable_;
    Ticket newest_ = 0;
    Ticket durable_ticket_ = 0;
    bool syncing_ = false;
    WalPosition syncing_to_;  ///< what the sync under way covers, without what was taken back since
    std::string failure_;     ///< why the last sync failed; empty while none has
};

}  // namespace myqsec::storage
