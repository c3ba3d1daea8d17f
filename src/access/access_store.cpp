#include <string_view>

#include "access/access.hpp"

namespace myqsec::access {

namespace {

// AUTOINCREMENT where an id appears in the audit log: it must never name two things. 0 stands for "none" in
// grants, because UNIQUE takes NULLs for different.
constexpr std::string_view steps[] = {
    R"(
    CREATE TABLE access_user (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name_hash BLOB NOT NULL UNIQUE,
        key_version INTEGER NOT NULL,
        user_name BLOB NOT NULL,
        full_name BLOB NOT NULL,
        email BLOB NOT NULL,
        language BLOB NOT NULL,
        notes BLOB NOT NULL,
        state INTEGER NOT NULL,
        created INTEGER NOT NULL,
        person INTEGER NOT NULL,
        pseudonym BLOB NOT NULL UNIQUE);
    CREATE INDEX access_user_state ON access_user (state, id);

    CREATE TABLE access_password (
        user_id INTEGER PRIMARY KEY,
        verifier BLOB NOT NULL,
        purpose INTEGER NOT NULL,
        kdf_memory_kib INTEGER NOT NULL,
        kdf_iterations INTEGER NOT NULL,
        changed INTEGER NOT NULL,
        unused INTEGER NOT NULL DEFAULT 0);
    CREATE TABLE access_password_history (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        user_id INTEGER NOT NULL,
        verifier BLOB NOT NULL);
    CREATE INDEX access_password_history_user ON access_password_history (user_id);
    CREATE TABLE access_pin (
        user_id INTEGER PRIMARY KEY,
        alone_hash BLOB UNIQUE,
        factor_hash BLOB NOT NULL,
        key_version INTEGER NOT NULL,
        digits INTEGER NOT NULL,
        purpose INTEGER NOT NULL,
        changed INTEGER NOT NULL);
    CREATE INDEX access_pin_key ON access_pin (key_version);
    CREATE TABLE access_card (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        user_id INTEGER NOT NULL,
        card_hash BLOB NOT NULL UNIQUE,
        key_version INTEGER NOT NULL,
        label BLOB NOT NULL,
        created INTEGER NOT NULL,
        expires INTEGER,
        last_used INTEGER);
    CREATE INDEX access_card_user ON access_card (user_id);
    CREATE INDEX access_card_key ON access_card (key_version);

    CREATE TABLE access_group (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL UNIQUE,
        parent INTEGER NOT NULL);
    CREATE INDEX access_group_parent ON access_group (parent);
    CREATE TABLE access_member (
        group_id INTEGER NOT NULL,
        user_id INTEGER NOT NULL,
        PRIMARY KEY (group_id, user_id));
    CREATE INDEX access_member_user ON access_member (user_id);

    CREATE TABLE access_role (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL UNIQUE,
        rights TEXT NOT NULL);
    INSERT INTO access_role (id, name, rights) VALUES (999, '', '');
    DELETE FROM access_role;
    CREATE TABLE access_grant (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        role_id INTEGER NOT NULL,
        user_id INTEGER NOT NULL,
        group_id INTEGER NOT NULL,
        scope_group INTEGER NOT NULL,
        scope_queue INTEGER NOT NULL,
        UNIQUE (role_id, user_id, group_id, scope_group, scope_queue));
    CREATE INDEX access_grant_user ON access_grant (user_id);
    CREATE INDEX access_grant_group ON access_grant (group_id);

    CREATE TABLE access_lock (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        scope INTEGER NOT NULL,
        hash BLOB NOT NULL,
        entries BLOB NOT NULL,
        until INTEGER NOT NULL,
        kept_until INTEGER NOT NULL,
        user_id INTEGER NOT NULL,
        device_id INTEGER NOT NULL,
        source BLOB NOT NULL,
        method TEXT NOT NULL,
        UNIQUE (scope, hash));
    CREATE INDEX access_lock_age ON access_lock (kept_until);
    CREATE INDEX access_lock_user ON access_lock (user_id, until);
    CREATE INDEX access_lock_nobody ON access_lock (scope, kept_until) WHERE user_id = 0;
    CREATE TABLE access_known_place (
        user_id INTEGER NOT NULL,
        kind INTEGER NOT NULL,
        place BLOB NOT NULL,
        used INTEGER NOT NULL,
        PRIMARY KEY (user_id, kind, place));
    CREATE INDEX access_known_place_place ON access_known_place (place);
    CREATE TABLE access_recovery (
        user_id INTEGER PRIMARY KEY,
        verifier BLOB NOT NULL,
        kdf_memory_kib INTEGER NOT NULL,
        kdf_iterations INTEGER NOT NULL,
        due INTEGER NOT NULL);
    CREATE TABLE access_recovery_code (
        id INTEGER PRIMARY KEY,
        hash BLOB NOT NULL);
    CREATE TABLE access_time (
        id INTEGER PRIMARY KEY,
        elapsed INTEGER NOT NULL,
        running INTEGER NOT NULL);
    )",
    R"(
    ALTER TABLE access_grant ADD COLUMN until INTEGER;
    CREATE INDEX access_grant_until ON access_grant (until) WHERE until IS NOT NULL;
    CREATE INDEX access_grant_scope_group ON access_grant (scope_group);
    CREATE INDEX access_grant_scope_queue ON access_grant (scope_queue);
    )",
    R"(
    ALTER TABLE access_password ADD COLUMN must_change INTEGER NOT NULL DEFAULT 0;
    )",
};

}  // namespace

storage::Schema schema() {
    return {"access", steps};
}

}  // namespace myqsec::access
