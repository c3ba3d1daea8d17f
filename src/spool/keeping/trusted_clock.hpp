// Keeps the record of what time is known to have passed (records/trusted_time.hpp).
#pragma once

#include <mutex>

#include "base/ranked_mutex.hpp"
#include "spool/records/clock_store.hpp"
#include "spool/records/context.hpp"

namespace myqsec::spool {

/// The clock, less its skew: how far it ran from the time that has passed. While the instance is open, a step
/// is what it runs away from the monotonic clock between two looks; while it was closed, time counts up to
/// clock.max_step. Skew and the last instant known are durable. Thread-safe. docs/durability.md has the
/// rules.
class TrustedClock {
 public:
    explicit TrustedClock(const Context& context) : context_(context) {}

    /// In an opening. True if the clock is doubted, then or before.
    bool begin();
    /// At each tick. That the clock stepped further than clock.max_step is audited.
    void look(const audit::Actor& actor);
    /// Whether looks have begun to doubt it since this was last asked.
    [[nodiscard]] bool take_news();
    /// The administrator says that the clock is right: what waits to expire is moved by the skew, so that it
    /// has as long left as before. Audited.
    void confirm(const audit::Actor& actor);

 private:
    /// In the record, which the caller saves, and in the audit log.
    void doubt(store::ClockRecord& clock, Duration skew, storage::Transaction& transaction,
               const audit::Actor& actor);

    const Context& context_;
    RankedMutex<std::mutex> mutex_{LockRank::innermost};  // of what follows
    bool news_ = false;
};

}  // namespace myqsec::spool
