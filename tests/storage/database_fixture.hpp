// What the tests of the storage layer share: a key, a folder with a database, statuses and raw file access.
#pragma once

#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include <doctest/doctest.h>

#include "base/error.hpp"
#include "base/status_of.hpp"
#include "base/temporary_folder.hpp"
#include "storage/sqlite/database.hpp"

namespace myqsec::test {

inline crypto::Secret test_key(std::uint8_t fill = 5) {
    crypto::Secret key(32);
    for (auto& byte : key.span())
        byte = fill;
    return key;
}

inline Bytes read_raw(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return Bytes(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
}

inline void write_raw(const std::string& path, ByteView bytes) {
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

/// A fresh database "main.db" in its own folder; open() as often as a test wants.
class DatabaseFolder {
 public:
    DatabaseFolder() : folder_(temporary_.open()) {
        storage::Database::create(*folder_, "main.db", test_key());
    }

    [[nodiscard]] std::unique_ptr<storage::Database> open(const storage::DatabaseOptions& options = {}) {
        return std::make_unique<storage::Database>(*folder_, "main.db", test_key(), options);
    }
    [[nodiscard]] Folder& folder() { return *folder_; }
    [[nodiscard]] std::string path(std::string_view name) const {
        return temporary_.path() + "/" + std::string(name);
    }
    [[nodiscard]] std::string database_path() const { return path("main.db"); }
    [[nodiscard]] std::string wal_path() const { return path("main.db-wal"); }

 private:
    TemporaryFolder temporary_;
    std::unique_ptr<Folder> folder_;
};

inline std::int64_t scalar(storage::Database& database, std::string_view sql) {
    auto rows = database.query(sql);
    return rows.next() ? rows.integer(0) : -1;
}

inline bool is_sound(storage::Database& database) {
    auto rows = database.query("PRAGMA integrity_check");
    return rows.next() && rows.text(0) == "ok";
}

}  // namespace myqsec::test
