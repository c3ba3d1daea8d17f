#include "storage/sqlite/sqlite_error.hpp"

#include "storage/vfs/page_vfs.hpp"

namespace myqsec::storage {

namespace {

Status status_of_constraint(int extended) {
    switch (extended) {
        case SQLITE_CONSTRAINT_UNIQUE:
        case SQLITE_CONSTRAINT_PRIMARYKEY:
        case SQLITE_CONSTRAINT_ROWID:
            return Status::ERR_EXISTS;
        case SQLITE_CONSTRAINT_FOREIGNKEY:
        case SQLITE_CONSTRAINT_TRIGGER:
            return Status::ERR_NOT_POSSIBLE;
        default:
            return Status::ERR_INVALID_ARGUMENT;
    }
}

Status status_of(int extended) {
    switch (extended & 0xff) {
        case SQLITE_CONSTRAINT:
            return status_of_constraint(extended);
        case SQLITE_FULL:
            return Status::ERR_NO_SPACE;
        case SQLITE_NOMEM:
            return Status::ERR_OUT_OF_MEMORY;
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return Status::ERR_CORRUPT;
        case SQLITE_IOERR:
        case SQLITE_CANTOPEN:
            return extended == SQLITE_IOERR_NOMEM ? Status::ERR_OUT_OF_MEMORY : Status::ERR_IO;
        case SQLITE_TOOBIG:
            return Status::ERR_LIMIT;
        case SQLITE_LOCKED:
        case SQLITE_BUSY:
        case SQLITE_ABORT:
            return Status::ERR_NOT_POSSIBLE;
        default:
            return Status::ERR_INTERNAL;
    }
}

/// Whether the code can come from a VFS callback that failed. A page that can't be read while SQLite loads
/// the schema shows as a table that there isn't.
bool stems_from_vfs(int code) {
    switch (code & 0xff) {
        case SQLITE_ERROR:
        case SQLITE_IOERR:
        case SQLITE_FULL:
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
        case SQLITE_CANTOPEN:
            return true;
        default:
            return false;
    }
}

}  // namespace

void fail_sqlite(sqlite3* connection, int code, const PageVfs& vfs, std::string_view name) {
    if (stems_from_vfs(code) && vfs.error()) throw Error(*vfs.error());
    const bool current = connection != nullptr && sqlite3_extended_errcode(connection) == code;
    const char* sentence = current ? sqlite3_errmsg(connection) : sqlite3_errstr(code);
    if (const std::string_view said = sentence; code == SQLITE_CONSTRAINT_UNIQUE && current)
        fail(Status::ERR_EXISTS, "there is another with that {} already", said.substr(said.rfind('.') + 1));
    fail(status_of(code), "database '{}': {}", name, sentence);
}

}  // namespace myqsec::storage
