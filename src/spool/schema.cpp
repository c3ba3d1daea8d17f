// The tables of the spool. Job ids are never used twice: AUTOINCREMENT.
//
// `protection` counts the changes of a queue's encryption and recipients; a job has the number it was made
// with, and is converted while its queue has a later one. A queue's `jobs` counts those with a document, so
// that to list queues doesn't count jobs. Records of releases refer to what may be gone.
#include <string_view>

#include "spool/spool.hpp"

namespace myqsec::spool {

namespace {

constexpr std::string_view steps[] = {
    R"(
    CREATE TABLE queue (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        kind INTEGER NOT NULL,
        name TEXT NOT NULL UNIQUE,
        retention_held INTEGER NOT NULL,
        retention_printed INTEGER NOT NULL,
        max_job_size INTEGER NOT NULL,
        enabled INTEGER NOT NULL,
        restricted INTEGER NOT NULL,
        preview INTEGER NOT NULL,
        encrypted INTEGER NOT NULL DEFAULT 1,
        protection INTEGER NOT NULL DEFAULT 1,
        converting INTEGER NOT NULL DEFAULT 0,
        jobs INTEGER NOT NULL DEFAULT 0);
    CREATE TABLE queue_access (
        queue INTEGER NOT NULL REFERENCES queue (id),
        user_id INTEGER NOT NULL,
        group_id INTEGER NOT NULL,
        PRIMARY KEY (queue, user_id, group_id));
    CREATE TABLE job (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        uuid BLOB NOT NULL UNIQUE,
        blob BLOB NOT NULL,
        queue INTEGER NOT NULL REFERENCES queue (id),
        owner INTEGER NOT NULL,
        leaf INTEGER NOT NULL,
        name BLOB NOT NULL,
        host_name BLOB NOT NULL,
        document_format TEXT NOT NULL,
        size INTEGER NOT NULL,
        state INTEGER NOT NULL,
        reasons TEXT NOT NULL,
        submitted INTEGER NOT NULL,
        printed INTEGER,
        expires INTEGER NOT NULL,
        releases INTEGER NOT NULL,
        claim BLOB,
        protection INTEGER NOT NULL DEFAULT 1,
        private_names INTEGER NOT NULL DEFAULT 0);
    CREATE UNIQUE INDEX job_blob ON job (blob) WHERE leaf <> 0;
    CREATE INDEX job_owner ON job (owner, id);
    CREATE INDEX job_queue ON job (queue, state, id);
    CREATE INDEX job_state ON job (state, id);
    CREATE INDEX job_expires ON job (expires);
    CREATE TRIGGER job_begun AFTER INSERT ON job WHEN new.leaf <> 0
        BEGIN UPDATE queue SET jobs = jobs + 1 WHERE id = new.queue; END;
    CREATE TRIGGER job_erased AFTER UPDATE OF leaf ON job WHEN old.leaf <> 0 AND new.leaf = 0
        BEGIN UPDATE queue SET jobs = jobs - 1 WHERE id = old.queue; END;
    CREATE TRIGGER job_ended AFTER DELETE ON job WHEN old.leaf <> 0
        BEGIN UPDATE queue SET jobs = jobs - 1 WHERE id = old.queue; END;
    CREATE TABLE spool_clock (
        id INTEGER PRIMARY KEY,
        doubted INTEGER NOT NULL,
        known INTEGER NOT NULL,
        skew INTEGER NOT NULL,
        lag INTEGER NOT NULL);
    INSERT INTO spool_clock (id, doubted, known, skew, lag) VALUES (1, 0, 0, 0, 0);
    CREATE TABLE certificate (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL UNIQUE,
        fingerprint BLOB NOT NULL UNIQUE,
        der BLOB NOT NULL,
        imported INTEGER NOT NULL);
    CREATE TABLE queue_certificate (
        queue INTEGER NOT NULL REFERENCES queue (id),
        certificate INTEGER NOT NULL REFERENCES certificate (id),
        PRIMARY KEY (queue, certificate));
    CREATE INDEX queue_certificate_use ON queue_certificate (certificate);
    )",
    R"(
    ALTER TABLE job ADD COLUMN claimer INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE job ADD COLUMN claim_device INTEGER NOT NULL DEFAULT 0;
    CREATE TABLE release_record (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        job INTEGER NOT NULL,
        queue INTEGER NOT NULL,
        owner INTEGER NOT NULL,
        person INTEGER NOT NULL,
        device INTEGER NOT NULL,
        ended INTEGER NOT NULL,
        outcome INTEGER NOT NULL,
        bytes INTEGER,
        private INTEGER NOT NULL);
    CREATE INDEX release_owner ON release_record (owner, id);
    CREATE INDEX release_queue ON release_record (queue, id);
    CREATE INDEX release_person ON release_record (person) WHERE person <> owner;
    )",
    "ALTER TABLE job ADD COLUMN attributes BLOB NOT NULL DEFAULT x'';",
    // Clocks are set back: an hour's records lie between two ids, and others among them.
    R"(
    DROP INDEX release_person;
    CREATE INDEX release_person ON release_record (person, id);
    CREATE INDEX release_job ON release_record (job, id);
    CREATE INDEX release_device ON release_record (device, id);
    CREATE TABLE release_hour (
        hour INTEGER PRIMARY KEY,
        first_id INTEGER NOT NULL,
        last_id INTEGER NOT NULL);
    INSERT INTO release_hour (hour, first_id, last_id)
        SELECT ended / 3600000, min(id), max(id) FROM release_record GROUP BY ended / 3600000;
    )",
    R"(
    CREATE TABLE job_delegation (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        owner INTEGER NOT NULL,
        delegate INTEGER NOT NULL,
        given INTEGER NOT NULL,
        until INTEGER,
        names INTEGER NOT NULL,
        private_jobs INTEGER NOT NULL);
    CREATE UNIQUE INDEX job_delegation_pair ON job_delegation (owner, delegate);
    CREATE INDEX job_delegation_owner ON job_delegation (owner, id);
    CREATE INDEX job_delegation_delegate ON job_delegation (delegate, id);
    CREATE INDEX job_delegation_until ON job_delegation (until) WHERE until IS NOT NULL;
    )",
    "CREATE INDEX queue_access_group ON queue_access (group_id);",
};

}  // namespace

storage::Schema schema() {
    return {"spool", steps};
}

}  // namespace myqsec::spool
