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
};

/// Keeps one database and its counter in step. A commit names the value it asks for, and is acknowledged only
/// when the counter has it. So the counter is never ahead of what is durable, and behind by one at most.
class CounterGuard {
 public:
    CounterGuard() = default;
    explicit CounterGuard(const CounterOptions& options) : options_(options) {}

    /// At open: `asked` is what the last durable commit names. Throws ERR_TAMPERED if the counter is ahead of
    /// it, or behind by more than one.
    void check(std::uint64_t asked, std::string_view name);
    /// What the next commit is to name, if the last one named `asked`.
    [[nodiscard]] std::uint64_t next(std::uint64_t asked) const;
    /// After a sync: advances the counter, if the durable state asks for more than it has.
    void confirm(std::uint64_t asked);

 private:
    using Time = std::chrono::steady_clock::time_point;

    CounterOptions options_;
    std::uint64_t confirmed_ = 0;
    bool rebasing_ = false;  ///< until a commit names a value that follows the counter's
    Time advanced_{};
};

}  // namespace myqsec::storage
