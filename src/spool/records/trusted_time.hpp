// The time by which things expire: time that is known to have passed, whatever the clock is set to. How far
// the clock ran from it by the last look, the record says (TrustedClock); how far since then, the watch.
#pragma once

#include <chrono>
#include <mutex>

#include "base/clock.hpp"
#include "base/ranked_mutex.hpp"

namespace myqsec::spool {

struct Context;
namespace store {
struct JobRecord;
}

/// What the clock does while the instance is open, compared with the monotonic clock, which nobody sets.
/// Thread-safe.
class ClockWatch {
 public:
    struct Look {
        Instant clock;
        std::chrono::steady_clock::time_point monotonic;
    };

    explicit ClockWatch(const Clock& clock);

    [[nodiscard]] Look read() const;
    /// How far the clock ran away since the last look.
    [[nodiscard]] Duration ahead(const Look& read) const;
    /// From now on this is the last look; returns the one before. Within the transaction that writes what it
    /// showed: so whoever dates something within another one does it before both, or after both.
    Look look(const Look& read);

 private:
    const Clock& clock_;
    mutable RankedMutex<std::mutex> mutex_{LockRank::innermost};  // of what follows
    Look last_;
};

/// Farther than clock.max_step: then it does not count as time that has passed.
[[nodiscard]] bool is_step(const Context& context, Duration ahead);

[[nodiscard]] Instant trusted_now(const Context& context);
/// The instant, by that time, at which so much will have passed.
[[nodiscard]] Instant deadline(const Context& context, Duration from_now);

/// A job past its expiry is gone for whoever asks, though a tick has yet to erase it. What is being released
/// is there until that ends.
[[nodiscard]] bool is_over(const store::JobRecord& job, Instant now);

}  // namespace myqsec::spool
