// SQLite's door to the outside: a complete VFS over Folder, one per open database, that encrypts everything.
#pragma once

#include <optional>

#include <sqlite3.h>

#include "base/error.hpp"
#include "base/folder.hpp"
#include "storage/vfs/page_store.hpp"

namespace myqsec::storage {

/// Registered with SQLite under a unique name for its lifetime. One connection uses it, under that
/// connection's lock. No exception leaves its callbacks: the first Error since clear_error() is kept for
/// whoever called SQLite.
class PageVfs {
 public:
    /// `store` is the one database that can be opened through it: read-only, as snapshots of it.
    PageVfs(Folder& folder, PageStore& store);
    PageVfs(const PageVfs&) = delete;
    PageVfs& operator=(const PageVfs&) = delete;
    ~PageVfs();

    [[nodiscard]] const char* name() const { return name_.c_str(); }
    [[nodiscard]] const std::optional<Error>& error() const { return error_; }
    void clear_error() { error_.reset(); }

    // For the callbacks.
    [[nodiscard]] Folder& folder() { return folder_; }
    [[nodiscard]] std::unique_ptr<VfsFile> open(const char* name, int flags);
    [[nodiscard]] bool exists(std::string_view name);
    void remember(const Error& error) noexcept;

 private:
    Folder& folder_;
    PageStore& store_;
    std::string name_;
    sqlite3_vfs raw_{};
    std::optional<Error> error_;
    bool has_log_ = true;  ///< a snapshot shows the log's pages as the database's own
};

}  // namespace myqsec::storage
