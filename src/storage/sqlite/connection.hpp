// One SQLite connection over an encrypting VFS, set up the only way this library uses it.
#pragma once

#include <string>
#include <string_view>

#include <sqlite3.h>

#include "storage/vfs/page_vfs.hpp"

namespace myqsec::storage {

class Connection {
 public:
    /// `create`: the file must not exist. Otherwise it is opened and its log recovered.
    Connection(Folder& folder, std::string_view name, const DatabaseKeys& keys,
               const PageStoreOptions& options, int cache_kib, bool create);
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection();

    [[nodiscard]] sqlite3* get() const { return connection_; }
    [[nodiscard]] PageVfs& vfs() { return vfs_; }
    [[nodiscard]] PageStore& store() { return store_; }
    [[nodiscard]] const std::string& name() const { return name_; }

    void execute(const char* script);
    /// Throws unless `code` says success.
    void check(int code) {
        if (code != SQLITE_OK) fail(code);
    }
    [[noreturn]] void fail(int code);
    /// Ends a transaction that SQLite has not ended by itself. Needs no memory: the statement is ready.
    void roll_back() noexcept;
    /// What it still writes on closing (a checkpoint) may fail without harm: the log stays.
    void close() noexcept;

 private:
    void harden();
    void settle_new_file();
    void open_log();

    std::string name_;
    PageStore store_;
    PageVfs vfs_;
    sqlite3* connection_ = nullptr;
    sqlite3_stmt* roll_back_ = nullptr;
};

}  // namespace myqsec::storage
