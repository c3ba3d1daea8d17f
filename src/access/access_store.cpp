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
        changed INTEGER NOT NULL);
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

    CREATE TABLE access_lockout (
        scope INTEGER NOT NULL,
        scope_hash BLOB NOT NULL,
        failures INTEGER NOT NULL,
        window_start INTEGER NOT NULL,
        locks INTEGER NOT NULL,
        locked_until INTEGER NOT NULL,
        PRIMARY KEY (scope, scope_hash));
    CREATE INDEX access_lockout_age ON access_lockout (window_start);
    )",
};

}  // namespace

storage::Schema schema() {
    return {"access", steps};
}

}  // namespace myqsec::access
