#include "audit/log/audit_store.hpp"

#include <algorithm>
#include <string_view>

#include "audit/log/event_index_store.hpp"

namespace myqsec::audit {

namespace {

// A row of the outbox holds the events of one transaction: `sequence` is the first one's number.
constexpr std::string_view main_steps[] = {
    R"(
    CREATE TABLE audit_counter (id INTEGER PRIMARY KEY, last INTEGER NOT NULL);
    INSERT INTO audit_counter (id, last) VALUES (1, 0);
    CREATE TABLE audit_outbox (
        sequence INTEGER PRIMARY KEY,
        event BLOB NOT NULL,
        personal BLOB NOT NULL,
        count INTEGER NOT NULL);
    )",
};

// A row of the log holds neighbouring events of one segment of 256: `sequence` is the first one's number.
// `first`: the first one that was not pruned. audit_index: which
// rows hold events with a key, that of an object, an actor or an action. audit_hour: in which rows there may
// be events of an hour since 1970.
constexpr std::string_view log_steps[] = {
    R"(
    CREATE TABLE audit_event (
        sequence INTEGER PRIMARY KEY,
        event BLOB NOT NULL,
        personal BLOB NOT NULL,
        leaf BLOB NOT NULL,
        count INTEGER NOT NULL);
    CREATE TABLE audit_index (
        key BLOB NOT NULL,
        row INTEGER NOT NULL,
        PRIMARY KEY (key, row)) WITHOUT ROWID;
    CREATE TABLE audit_hour (
        hour INTEGER PRIMARY KEY,
        first_row INTEGER NOT NULL,
        last_row INTEGER NOT NULL);
    CREATE TABLE audit_tree (
        id INTEGER PRIMARY KEY,
        compact_range BLOB NOT NULL,
        first INTEGER NOT NULL DEFAULT 1);
    CREATE TABLE audit_node (
        level INTEGER NOT NULL,
        position INTEGER NOT NULL,
        hash BLOB NOT NULL,
        PRIMARY KEY (level, position)) WITHOUT ROWID;
    CREATE TABLE audit_epoch (
        epoch INTEGER PRIMARY KEY,
        public_key BLOB NOT NULL,
        began INTEGER NOT NULL,
        behind INTEGER NOT NULL);
    CREATE INDEX audit_epoch_behind ON audit_epoch (behind);
    CREATE TABLE audit_checkpoint (
        size INTEGER PRIMARY KEY,
        epoch INTEGER NOT NULL,
        root BLOB NOT NULL,
        signature BLOB NOT NULL,
        kept INTEGER NOT NULL);
    )",
};

}  // namespace

storage::Schema main_schema() {
    return {"audit", main_steps};
}
storage::Schema log_schema() {
    return {"audit-log", log_steps};
}

}  // namespace myqsec::audit

namespace myqsec::audit::store {

namespace {

Bytes copy(ByteView bytes) {
    return {bytes.begin(), bytes.end()};
}

/// One event's column is as it is, several are fields one behind the other.
Bytes pack(std::span<const Record> records, Bytes Record::*column) {
    if (records.size() == 1) return records.front().*column;
    std::size_t size = 0;
    for (const auto& record : records)
        size += sizeof(std::uint32_t) + (record.*column).size();
    ByteWriter writer;
    writer.reserve(size);
    for (const auto& record : records)
        writer.field(record.*column);
    return writer.take();
}

/// Of the current row: sequence, count, event, personal; without those before `from`.
void unpack(const storage::Rows& rows, std::int64_t from, std::vector<Record>& into) {
    const auto first = rows.integer(0);
    const auto count = rows.integer(1);
    if (count == 1) {
        if (first >= from) into.push_back({first, copy(rows.blob(2)), copy(rows.blob(3))});
        return;
    }
    ByteReader events(rows.blob(2), "a row of audit events");
    ByteReader personal(rows.blob(3), "a row of audit events");
    for (auto sequence = first; sequence < first + count; ++sequence) {
        const auto event = events.field();
        const auto sealed = personal.field();
        if (sequence >= from) into.push_back({sequence, copy(event), copy(sealed)});
    }
    events.expect_end();
    personal.expect_end();
}

std::vector<Record> read_records(storage::Rows rows, std::int64_t from, std::size_t enough) {
    std::vector<Record> records;
    while (records.size() < enough && rows.next())
        unpack(rows, from, records);
    return records;
}

}  // namespace

std::int64_t next_sequence(storage::Database& main) {
    auto rows = main.query(
        "SELECT coalesce((SELECT sequence + count - 1 FROM audit_outbox ORDER BY sequence DESC LIMIT 1), "
        "last) + 1 "
        "FROM audit_counter WHERE id = 1");
    if (!rows.next())
        fail(Status::ERR_CORRUPT, "the audit sequence counter is missing from the main database");
    return rows.integer(0);
}

void insert_outbox(storage::Database& main, std::span<const Record> records) {
    main.run("INSERT INTO audit_outbox (sequence, count, event, personal) VALUES ($1, $2, $3, $4)",
             records.front().sequence, records.size(), pack(records, &Record::event),
             pack(records, &Record::personal));
}

std::vector<Record> outbox_from(storage::Database& main, std::int64_t from, std::size_t enough) {
    return read_records(
        main.query("SELECT sequence, count, event, personal FROM audit_outbox WHERE sequence >= coalesce("
                   "(SELECT max(sequence) FROM audit_outbox WHERE sequence <= $1), 0) ORDER BY sequence",
                   from),
        from, enough);
}

void raise_counter(storage::Database& main, std::int64_t last) {
    main.run("UPDATE audit_counter SET last = $1 WHERE id = 1 AND last < $1", last);
}

void delete_outbox_to(storage::Database& main, std::int64_t last) {
    raise_counter(main, last);
    main.run("DELETE FROM audit_outbox WHERE sequence <= $1", last);
}

void insert_events(storage::Database& log, std::span<const Record> records,
                   std::span<const crypto::Digest> leaves) {
    ByteWriter hashes;
    for (const auto& leaf : leaves)
        hashes.raw(leaf);
    log.run("INSERT INTO audit_event (sequence, count, event, personal, leaf) VALUES ($1, $2, $3, $4, $5)",
            records.front().sequence, records.size(), pack(records, &Record::event),
            pack(records, &Record::personal), hashes.bytes());
    index_events(log, records);
}

std::vector<Record> events_from(storage::Database& log, std::int64_t from, std::size_t limit) {
    auto records = read_records(
        log.query("SELECT sequence, count, event, personal FROM audit_event WHERE sequence >= coalesce("
                  "(SELECT max(sequence) FROM audit_event WHERE sequence <= $1), 0) ORDER BY sequence",
                  from),
        from, limit);
    if (records.size() > limit) records.resize(limit);
    return records;
}

std::vector<Record> read_row(const storage::Rows& rows) {
    std::vector<Record> records;
    unpack(rows, 0, records);
    return records;
}

void delete_events_to(storage::Database& log, std::int64_t last) {
    forget_events_to(log, last);
    log.run("DELETE FROM audit_event WHERE sequence <= $1", last);
}

std::vector<crypto::Digest> leaves_of(storage::Database& log, std::int64_t from, std::int64_t to) {
    std::vector<crypto::Digest> leaves;
    auto rows = log.query(
        "SELECT sequence, count, leaf FROM audit_event WHERE sequence >= coalesce("
        "(SELECT max(sequence) FROM audit_event WHERE sequence <= $1), 0) AND sequence <= $2 ORDER BY "
        "sequence",
        from, to);
    while (rows.next()) {
        ByteReader hashes(rows.blob(2), "the leaves of a row of audit events");
        const auto end = rows.integer(0) + rows.integer(1);
        for (auto sequence = rows.integer(0); sequence < end; ++sequence) {
            const auto leaf = hashes.array<32>();
            if (sequence >= from && sequence <= to) leaves.push_back(leaf);
        }
    }
    return leaves;
}

}  // namespace myqsec::audit::store
