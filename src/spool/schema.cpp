// The tables of the spool. Job ids are never used twice: AUTOINCREMENT.
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
        restricted INTEGER NOT NULL);
    CREATE TABLE queue_access (
        queue INTEGER NOT NULL REFERENCES queue (id),
        user_id INTEGER NOT NULL,
        group_id INTEGER NOT NULL,
        PRIMARY KEY (queue, user_id, group_id));
    CREATE TABLE job (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        uuid BLOB NOT NULL UNIQUE,
        blob BLOB NOT NULL UNIQUE,
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
        claim BLOB);
    CREATE INDEX job_owner ON job (owner, id);
    CREATE INDEX job_queue ON job (queue, leaf);
    CREATE INDEX job_expires ON job (expires);
    CREATE INDEX job_processing ON job (id) WHERE state = 5;
    CREATE TABLE spool_clock (id INTEGER PRIMARY KEY, suspended INTEGER NOT NULL);
    INSERT INTO spool_clock (id, suspended) VALUES (1, 0);
    )",
    // Encryption and recipients of a queue's jobs. `protection` counts their changes; a job has the number it
    // was made with, and is converted while its queue has a later one.
    R"(
    ALTER TABLE queue ADD COLUMN encrypted INTEGER NOT NULL DEFAULT 1;
    ALTER TABLE queue ADD COLUMN protection INTEGER NOT NULL DEFAULT 1;
    ALTER TABLE queue ADD COLUMN converting INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE job ADD COLUMN protection INTEGER NOT NULL DEFAULT 1;
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
    )",
};

}  // namespace

storage::Schema schema() {
    return {"spool", steps};
}

}  // namespace myqsec::spool
