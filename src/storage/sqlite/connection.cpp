#include "storage/sqlite/connection.hpp"

#include "storage/sqlite/sqlite_error.hpp"

namespace myqsec::storage {

Connection::Connection(Folder& folder, PageStore& store, Use use, int cache_kib)
    : name_(folder.path() + "/" + store.name()), store_(store), use_(use), vfs_(folder, store) {
    // Each connection has a lock of its own around all its use.
    const int access = use == Use::read     ? SQLITE_OPEN_READONLY
                       : use == Use::change ? SQLITE_OPEN_READWRITE
                                            : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    const int flags = access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE;
    try {
        check(sqlite3_open_v2(store.name().c_str(), &connection_, flags, vfs_.name()));
        harden();
        execute(fmt::format("PRAGMA cache_size = -{}", cache_kib).c_str());
        if (use == Use::create) settle_new_file();
        if (use != Use::read) open_log();
        check(
            sqlite3_prepare_v3(connection_, "ROLLBACK", -1, SQLITE_PREPARE_PERSISTENT, &roll_back_, nullptr));
    } catch (...) {
        close();
        throw;
    }
}

Connection::~Connection() {
    close();
}

void Connection::roll_back() noexcept {
    if (sqlite3_get_autocommit(connection_) != 0) return;
    sqlite3_step(roll_back_);
    sqlite3_reset(roll_back_);
}

void Connection::close() noexcept {
    sqlite3_finalize(roll_back_);
    roll_back_ = nullptr;
    if (connection_ != nullptr && use_ != Use::read && store_.sound()) {
        sqlite3_wal_checkpoint_v2(connection_, nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
    }
    sqlite3_close(connection_);
    connection_ = nullptr;
}

void Connection::fail(int code) {
    fail_sqlite(connection_, code, vfs_, name_);
}

void Connection::execute(const char* script) {
    vfs_.clear_error();
    check(sqlite3_exec(connection_, script, nullptr, nullptr, nullptr));
}

void Connection::harden() {
    check(sqlite3_db_config(connection_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr));
    check(sqlite3_db_config(connection_, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, nullptr));
    // Exclusive before the first access: the index of the log then lives on the heap, never in a file. A
    // reader gives up its lock after each reading, and so begins the next with what is new.
    execute(use_ == Use::read ? "PRAGMA query_only = ON" : "PRAGMA locking_mode = EXCLUSIVE");
    // Temporary tables and sorters stay in memory; what spills nevertheless is sealed.
    // "NORMAL": SQLite syncs what a checkpoint needs, and leaves commits to who waits for them
    // (wal_sync.hpp). Checkpoints are made by Database::checkpoint_if_due(); 32 MiB of log say that nobody
    // calls it.
    execute(
        "PRAGMA trusted_schema = OFF;"
        "PRAGMA cell_size_check = ON;"
        "PRAGMA foreign_keys = ON;"
        "PRAGMA secure_delete = ON;"
        "PRAGMA synchronous = NORMAL;"
        "PRAGMA wal_autocheckpoint = 8000;"
        "PRAGMA temp_store = MEMORY");
}

/// An empty database in WAL mode. The one transaction that makes it needs no journal on disk: the file has no
/// name yet.
void Connection::settle_new_file() {
    int reserve = static_cast<int>(page_reserve);
    check(sqlite3_file_control(connection_, "main", SQLITE_FCNTL_RESERVE_BYTES, &reserve));
    execute(
        "PRAGMA page_size = 4096;"
        "PRAGMA journal_mode = MEMORY;"
        "PRAGMA journal_mode = WAL");
}

/// The first query does.
void Connection::open_log() {
    execute("SELECT count(*) FROM sqlite_schema");
}

}  // namespace myqsec::storage
