// The SQL of what is known about the clock, and of what expires by it.
#pragma once

#include "base/clock.hpp"
#include "storage/sqlite/database.hpp"

namespace myqsec::spool::store {

struct ClockRecord {
    bool doubted = false;  ///< it stepped, and no administrator has confirmed it since
    Instant known{};       ///< by the trusted time; 1970: none yet
    Duration skew{};       ///< how far the clock is ahead of the trusted time
    Duration lag{};        ///< what confirmed steps ahead add up to: so much older look events than they are
};
ClockRecord get_clock(storage::Database& main);
void save_clock(storage::Database& main, const ClockRecord& clock);
/// Of all jobs.
void move_expiries(storage::Database& main, Duration by);

}  // namespace myqsec::spool::store
