#include "storage/sqlite/database_state.hpp"

namespace myqsec::storage {

Snapshot::Snapshot(Database& database)
    : database_(database),
      reading_(database.reads_snapshot()),
      lock_(reading_ ? database.lock_snapshots() : database.lock()) {
    Database::State& state = *database_.state_;
    if (reading_ && state.snapshots++ == 0) {
        try {
            state.reader.connection.execute("BEGIN");
        } catch (...) {
            --state.snapshots;
            throw;
        }
    }
}

Snapshot::~Snapshot() {
    Database::State& state = *database_.state_;
    // A reading ends like one that failed: nothing is lost, and no memory needed.
    if (reading_ && --state.snapshots == 0) state.reader.connection.roll_back();
}

}  // namespace myqsec::storage
