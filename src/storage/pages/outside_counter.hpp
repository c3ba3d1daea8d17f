// A counter outside the files that only goes up: the one thing that tells a whole earlier state from the
// present one.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

#include "base/clock.hpp"

namespace myqsec::storage {

/// The host's: a TPM's NV counter, an RPMB partition, a checkpoint at another machine. Begins at 0.
class OutsideCounter {
 public:
    virtual ~OutsideCounter() = default;
    [[nodiscard]] virtual std::uint64_t read() = 0;
    /// Durable when it returns. `value` is one more than what read() gave.
    virtual void advance(std::uint64_t value) = 0;
};

struct CounterOptions {
    OutsideCounter* counter = nullptr;  ///< none: an earlier state of all files opens. Outlives the database
    Duration interval{};  ///< between two advances, for counters that wear out. 0: at every commit
    bool rebase =
        false;  ///< a restored database: it is an earlier state, and takes up the counter where it stands
    bool may_lack = false;  ///< though the database follows one
};

/// Keeps one database and its counter in step. A commit names the value it asks for, and is acknowledged only
/// when the counter has it. So the counter is never ahead of what is durable. It is behind by two at most: by
/// the sync that has just ended, and by the commits that were written meanwhile, which ask for one more.
class CounterGuard {
 public:
    static constexpr std::uint64_t most_behind = 2;

    CounterGuard() = default;
    explicit CounterGuard(const CounterOptions& options) : options_(options) {}

    /// At open: `asked` is what the last commit names, which is durable. Throws ERR_TAMPERED if the counter
    /// is ahead of it, or behind by more than that.
    /// And if there is none, though a commit named one.
    void check(std::uint64_t asked, std::string_view name);
    /// The database followed a counter before.
    [[nodiscard]] bool is_lacked() const { return lacked_; }
    /// What the next commit is to name, if the last one named `asked` and a sync under way is going to
    /// confirm `confirming`, which does not cover it.
    [[nodiscard]] std::uint64_t next(std::uint64_t asked, std::uint64_t confirming) const;
    /// After a sync: advances the counter, if the durable state asks for more than it has. Changes nothing
    /// here: it may take as long as it takes, while next() is asked.
    void advance(std::uint64_t asked);
    /// The counter has that value now.
    void confirm(std::uint64_t asked);

 private:
    using Time = std::chrono::steady_clock::time_point;
    [[nodiscard]] bool due(std::uint64_t asked) const;

    CounterOptions options_;
    std::uint64_t confirmed_ = 0;
    bool lacked_ = false;
    bool rebasing_ = false;  ///< until a commit names a value that follows the counter's
    Time advanced_{};
};

}  // namespace myqsec::storage
