// The SQL of the audit log's events: outbox and sequence counter in the main database, the events themselves
// in the log database. Its tree, keys and checkpoints are tree_store.hpp's.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "crypto/hash.hpp"
#include "storage/sqlite/database.hpp"
#include "storage/sqlite/schema.hpp"

namespace myqsec::audit {

/// The outbox, in the main database.
[[nodiscard]] storage::Schema main_schema();
/// The log, in the log database.
[[nodiscard]] storage::Schema log_schema();

}  // namespace myqsec::audit

namespace myqsec::audit::store {

struct Record {
    std::int64_t sequence = 0;
    Bytes event;     ///< canonical form
    Bytes personal;  ///< sealed values beside it
};

/// The number behind the outbox's last event, or behind all that was moved if the outbox is empty: nothing
/// has to be written for it, and a rolled back transaction leaves no gap.
std::int64_t next_sequence(storage::Database& main);
/// Neighbours, in one row.
void insert_outbox(storage::Database& main, std::span<const Record> records);
/// From `from` on, to the end of the row with which there are `enough`.
std::vector<Record> outbox_from(storage::Database& main, std::int64_t from, std::size_t enough);
/// No number up to `last` is given to another event.
void raise_counter(storage::Database& main, std::int64_t last);
void delete_outbox_to(storage::Database& main, std::int64_t last);

/// Neighbours of one segment, in one row, with their leaf hashes.
void insert_events(storage::Database& log, std::span<const Record> records,
                   std::span<const crypto::Digest> leaves);
/// Those of the current row of a query for sequence, count, event and personal.
[[nodiscard]] std::vector<Record> read_row(const storage::Rows& rows);
/// `last` ends a segment.
void delete_events_to(storage::Database& log, std::int64_t last);
std::vector<Record> events_from(storage::Database& log, std::int64_t from, std::size_t limit);
/// The leaf hashes of events from … to, without those that are not there.
std::vector<crypto::Digest> leaves_of(storage::Database& log, std::int64_t from, std::int64_t to);

}  // namespace myqsec::audit::store
