#include "spool/records/clock_store.hpp"

namespace myqsec::spool::store {

ClockRecord get_clock(storage::Database& main) {
    auto rows = main.query("SELECT doubted, known, skew, lag FROM spool_clock WHERE id = 1");
    if (!rows.next()) return {};
    return {rows.boolean(0), rows.instant(1), Duration(rows.integer(2)), Duration(rows.integer(3))};
}

void save_clock(storage::Database& main, const ClockRecord& clock) {
    main.run("UPDATE spool_clock SET doubted = $1, known = $2, skew = $3, lag = $4 WHERE id = 1",
             clock.doubted, clock.known, clock.skew.count(), clock.lag.count());
}

void move_expiries(storage::Database& main, Duration by) {
    main.run("UPDATE job SET expires = expires + $1", by.count());
}

}  // namespace myqsec::spool::store
