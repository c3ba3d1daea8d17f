#include "audit/audit_store.hpp"

#include <algorithm>
#include <string_view>

#include "audit/audit_log.hpp"

namespace myqsec::audit {

namespace {

constexpr std::string_view main_steps[] = {
    R"(
    CREATE TABLE audit_counter (id INTEGER PRIMARY KEY, last INTEGER NOT NULL);
    INSERT INTO audit_counter (id, last) VALUES (1, 0);
    CREATE TABLE audit_outbox (
        sequence INTEGER PRIMARY KEY,
        event BLOB NOT NULL,
        personal BLOB NOT NULL);
    )",
};

constexpr std::string_view log_steps[] = {
    R"(
    CREATE TABLE audit_event (
        sequence INTEGER PRIMARY KEY,
        event BLOB NOT NULL,
        personal BLOB NOT NULL,
        leaf BLOB NOT NULL);
    CREATE TABLE audit_tree (id INTEGER PRIMARY KEY, compact_range BLOB NOT NULL);
    )",
    // `nodes`: how many events audit_node covers; `first`: the first one that was not pruned.
    R"(
    ALTER TABLE audit_tree ADD COLUMN nodes INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE audit_tree ADD COLUMN first INTEGER NOT NULL DEFAULT 1;
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

std::vector<Record> read_records(storage::Rows rows) {
    std::vector<Record> records;
    while (rows.next())
        records.push_back({rows.integer(0), copy(rows.blob(1)), copy(rows.blob(2))});
    return records;
}

}  // namespace

std::int64_t next_sequence(storage::Database& main) {
    auto rows = main.query(
        "SELECT coalesce((SELECT max(sequence) FROM audit_outbox), last) + 1 FROM audit_counter WHERE id = "
        "1");
    if (!rows.next())
        fail(Status::ERR_CORRUPT, "the audit sequence counter is missing from the main database");
    return rows.integer(0);
}

void insert_outbox(storage::Database& main, const Record& record) {
    main.run("INSERT INTO audit_outbox (sequence, event, personal) VALUES ($1, $2, $3)", record.sequence,
             record.event, record.personal);
}

std::vector<Record> outbox_from(storage::Database& main, std::int64_t from, std::size_t limit) {
    return read_records(main.query(
        "SELECT sequence, event, personal FROM audit_outbox WHERE sequence >= $1 ORDER BY sequence LIMIT $2",
        from, limit));
}

void raise_counter(storage::Database& main, std::int64_t last) {
    main.run("UPDATE audit_counter SET last = $1 WHERE id = 1 AND last < $1", last);
}

void delete_outbox_to(storage::Database& main, std::int64_t last) {
    raise_counter(main, last);
    main.run("DELETE FROM audit_outbox WHERE sequence <= $1", last);
}

void insert_event(storage::Database& log, const Record& record, const crypto::Digest& leaf) {
    log.run("INSERT INTO audit_event (sequence, event, personal, leaf) VALUES ($1, $2, $3, $4)",
            record.sequence, record.event, record.personal, leaf);
}

std::vector<Record> events_from(storage::Database& log, std::int64_t from, std::size_t limit) {
    return read_records(log.query(
        "SELECT sequence, event, personal FROM audit_event WHERE sequence >= $1 ORDER BY sequence LIMIT $2",
        from, limit));
}

void delete_events_to(storage::Database& log, std::int64_t last) {
    log.run("DELETE FROM audit_event WHERE sequence <= $1", last);
}

std::vector<crypto::Digest> leaves_of(storage::Database& log, std::int64_t from, std::int64_t to) {
    std::vector<crypto::Digest> leaves;
    auto rows = log.query(
        "SELECT leaf FROM audit_event WHERE sequence >= $1 AND sequence <= $2 ORDER BY sequence", from, to);
    while (rows.next())
        leaves.push_back(ByteReader(rows.blob(0), "an audit leaf").array<32>());
    return leaves;
}

}  // namespace myqsec::audit::store
