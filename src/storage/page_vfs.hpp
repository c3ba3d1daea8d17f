// SQLite's door to the outside: a complete VFS over Folder, one per open database, that encrypts everything.
#pragma once

#include <optional>

#include <sqlite3.h>

#include "base/error.hpp"
#include "base/folder.hpp"
#include "crypto/secret.hpp"
#include "storage/page_format.hpp"
#include "storage/vfs_file.hpp"

namespace myqsec::storage {

/// Registered with SQLite under a unique name for its lifetime. One connection uses it, under that
/// connection's lock. No exception leaves its callbacks: the first Error since clear_error() is kept for
/// whoever called SQLite.
class PageVfs {
 public:
    PageVfs(Folder& folder, const DatabaseIdentity& identity, const crypto::Secret& key);
    PageVfs(const PageVfs&) = delete;
    PageVfs& operator=(const PageVfs&) = delete;
    ~PageVfs();

    [[nodiscard]] const char* name() const { return name_.c_str(); }
    [[nodiscard]] const std::optional<Error>& error() const { return error_; }
    void clear_error() { error_.reset(); }

    [[nodiscard]] bool damaged_tail() const { return damaged_tail_; }
    [[nodiscard]] std::uint64_t recovered_transactions() const { return recovered_transactions_; }

    // For the callbacks.
    [[nodiscard]] Folder& folder() { return folder_; }
    [[nodiscard]] std::unique_ptr<VfsFile> open(const char* name, int flags);
    void remember(const Error& error) noexcept;

 private:
    [[nodiscard]] std::unique_ptr<VfsFile> open_database(const std::string& name, int flags);
    [[nodiscard]] std::unique_ptr<VfsFile> open_log(const std::string& name);

    Folder& folder_;
    DatabaseIdentity identity_;
    crypto::Secret key_;
    std::string name_;
    sqlite3_vfs raw_{};
    std::optional<Error> error_;
    bool damaged_tail_ = false;
    std::uint64_t recovered_transactions_ = 0;
};

}  // namespace myqsec::storage
