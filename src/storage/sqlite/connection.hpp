// A SQLite connection over an encrypting VFS, set up the only two ways this library uses one.
#pragma once

#include <string>
#include <string_view>

#include <sqlite3.h>

#include "storage/vfs/page_vfs.hpp"

namespace myqsec::storage {

class Connection {
 public:
    enum class Use : std::uint8_t {
        create,  ///< the file must not exist
        change,  ///< it is opened and its log recovered
        read     ///< snapshots of what another connection has open, closed before that
    };
    /// Both outlive it.
    Connection(Folder& folder, PageStore& store, Use use, int cache_kib);
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection();

    [[nodiscard]] sqlite3* get() const { return connection_; }
    [[nodiscard]] PageVfs& vfs() { return vfs_; }
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
    PageStore& store_;
    Use use_;
    PageVfs vfs_;
    sqlite3* connection_ = nullptr;
    sqlite3_stmt* roll_back_ = nullptr;
};

}  // namespace myqsec::storage
