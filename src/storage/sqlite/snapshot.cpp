#include "storage/sqlite/database_state.hpp"

namespace myqsec::storage {

Snapshot::Snapshot(Database& database)
    : database_(database),
      reading_(database.reads_snapshot()),
      sitting_(reading_ ? database.take_seat() : Database::Seat()),
      lock_(reading_ ? Database::Lock() : database.lock()) {
    if (!reading_) return;
    seat_ = database_.state_->open_seat();
    auto& reader = database_.state_->readers[seat_];
    if (reader.snapshots == 0) reader.lane->connection.execute("BEGIN");
    ++reader.snapshots;
}

Snapshot::~Snapshot() {
    if (!reading_) return;
    auto& reader = database_.state_->readers[seat_];
    // A reading ends like one that failed: nothing is lost, and no memory needed.
    if (--reader.snapshots == 0) reader.lane->connection.roll_back();
}

}  // namespace myqsec::storage
