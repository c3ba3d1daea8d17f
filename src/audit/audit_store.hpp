// The SQL of the audit log: outbox and sequence counter in the main database, events and tree in the log
// database.
#pragma once

#include <cstdint>
#include <vector>

#include "audit/merkle.hpp"
#include "storage/database.hpp"

namespace myqsec::audit::store {

struct Record {
    std::int64_t sequence = 0;
    Bytes event;     ///< canonical form
    Bytes personal;  ///< sealed values beside it
};

/// The next number of the sequence. A rolled back transaction gives it back, so that there are no gaps.
std::int64_t next_sequence(storage::Database& main);
void insert_outbox(storage::Database& main, const Record& record);
std::vector<Record> outbox_from(storage::Database& main, std::int64_t from, std::size_t limit);
void delete_outbox_to(storage::Database& main, std::int64_t last);

/// No effect if the sequence number is there already.
void insert_event(storage::Database& log, const Record& record, const crypto::Digest& leaf);
std::vector<Record> events_from(storage::Database& log, std::int64_t from, std::size_t limit);
std::vector<crypto::Digest> leaves_from(storage::Database& log, std::int64_t from, std::size_t limit);
CompactRange load_tree(storage::Database& log);
void save_tree(storage::Database& log, const CompactRange& tree);

}  // namespace myqsec::audit::store
