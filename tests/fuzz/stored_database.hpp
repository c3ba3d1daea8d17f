// A small database in memory, made once a process, and what it must say whenever it opens.
#pragma once

#include <memory>
#include <string>

#include "base/power_cut_folder.hpp"
#include "fuzz/fuzz_target.hpp"
#include "storage/pages/page_file.hpp"
#include "storage/sqlite/database.hpp"
#include "storage/wal/wal_cipher.hpp"

namespace myqsec::fuzz {

inline constexpr std::string_view database_file = "main.db";
inline constexpr std::string_view log_file = "main.db-wal";

/// Whatever a damaged or altered file may end in.
inline constexpr std::initializer_list<Status> damage = {Status::ERR_CORRUPT, Status::ERR_TAMPERED,
                                                         Status::ERR_NEWER_VERSION};

inline crypto::Secret database_key() {
    return crypto::Secret(Bytes(32, 5));
}

struct StoredFiles {
    Bytes database;
    Bytes log;
};

inline std::unique_ptr<test::PowerCutFolder> folder_with(ByteView database, ByteView log) {
    auto folder = std::make_unique<test::PowerCutFolder>(std::make_shared<test::PowerCutDisk>(1));
    folder->create(database_file)->write_at(0, database);
    if (!log.empty()) folder->create(log_file)->write_at(0, log);
    return folder;
}

inline Bytes contents(Folder& folder, std::string_view name) {
    return folder.exists(name) ? read_all(*folder.open(name), 1 << 24) : Bytes();
}

constexpr int stored_transactions = 6;

/// A table of stored_transactions rows, each of a transaction of its own that still lies in the log.
inline StoredFiles make_files() {
    test::PowerCutFolder folder(std::make_shared<test::PowerCutDisk>(1));
    storage::Database::create(folder, database_file, database_key());
    storage::Database database(folder, database_file, database_key());
    database.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT); CREATE INDEX i ON t (text)");
    database.checkpoint();
    for (int i = 1; i <= stored_transactions; ++i)
        database.run("INSERT INTO t VALUES ($1, $2)", std::int64_t{i},
                     std::string(700, static_cast<char>('a' + i)));
    return {contents(folder, database_file), contents(folder, log_file)};  // as a kill would leave them
}

inline const StoredFiles& stored() {
    static const StoredFiles files = make_files();
    return files;
}

/// The same after a checkpoint: all is in the database, the log is empty.
inline const StoredFiles& checkpointed() {
    static const StoredFiles files = [] {
        const auto folder = folder_with(stored().database, stored().log);
        storage::Database database(*folder, database_file, database_key());
        database.checkpoint();
        return StoredFiles{contents(*folder, database_file), contents(*folder, log_file)};
    }();
    return files;
}

/// The rows 1, 2, 3 … as they were inserted, up to any of them, and nothing else. Returns how many.
inline std::int64_t require_truth(storage::Database& database) {
    std::int64_t count = 0;
    auto rows = database.query("SELECT id, text FROM t ORDER BY id");
    while (rows.next()) {
        ++count;
        require(rows.integer(0) == count, "no row is missing before another");
        require(rows.text(1) == std::string(700, static_cast<char>('a' + count)),
                "a row says what was stored");
    }
    return count;
}

/// What a host would do next. Whatever SQLite makes of forged pages, it must not break anything.
inline void use(storage::Database& database) {
    const auto quietly = [&](const char* sql) {
        try {
            auto rows = database.query(sql);
            while (rows.next()) {
            }
        } catch (const Error&) {
        }
    };
    quietly("PRAGMA integrity_check");
    quietly("SELECT * FROM sqlite_schema");
    quietly("SELECT count(*), max(text), min(id) FROM t");
    quietly("INSERT INTO t (text) VALUES (zeroblob(9000))");
    quietly("UPDATE t SET text = 'z' || text");
    quietly("SELECT * FROM t ORDER BY text DESC");
    quietly("DELETE FROM t WHERE id % 2 = 0");
    try {
        database.checkpoint();
    } catch (const Error&) {
    }
}

}  // namespace myqsec::fuzz
