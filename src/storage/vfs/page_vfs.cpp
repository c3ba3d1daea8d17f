#include "storage/vfs/page_vfs.hpp"

#include <atomic>
#include <new>

#include "storage/pages/page_temporary.hpp"
#include "storage/vfs/page_vfs_callbacks.hpp"

namespace myqsec::storage {

namespace {

std::string next_vfs_name() {
    static std::atomic<std::uint64_t> counter{0};
    return fmt::format("myqsec-{}", ++counter);
}

}  // namespace

PageVfs::PageVfs(Folder& folder, PageStore& store) : folder_(folder), store_(store), name_(next_vfs_name()) {
    fill_vfs_callbacks(raw_);
    raw_.zName = name_.c_str();
    raw_.pAppData = this;
    if (sqlite3_vfs_register(&raw_, 0) != SQLITE_OK) throw std::bad_alloc();
}

PageVfs::~PageVfs() {
    sqlite3_vfs_unregister(&raw_);
}

void PageVfs::remember(const Error& error) noexcept {
    if (!error_) error_ = error;
}

std::unique_ptr<VfsFile> PageVfs::open(const char* name, int flags) {
    constexpr int temporary =
        SQLITE_OPEN_TEMP_DB | SQLITE_OPEN_TRANSIENT_DB | SQLITE_OPEN_TEMP_JOURNAL | SQLITE_OPEN_SUBJOURNAL;
    if (name == nullptr || (flags & temporary) != 0) return std::make_unique<PageTemporary>(folder_);
    if ((flags & SQLITE_OPEN_MAIN_DB) != 0) {
        has_log_ = (flags & SQLITE_OPEN_READONLY) == 0;
        if (!has_log_) return store_.open_snapshot();
        return (flags & SQLITE_OPEN_CREATE) != 0 ? store_.create_file() : store_.open_file();
    }
    if ((flags & SQLITE_OPEN_WAL) != 0) return store_.open_log();
    // Rollback and super-journals would hold pages outside the formats described: nothing here ever needs
    // one.
    fail(Status::ERR_INTERNAL, "SQLite asked for a journal '{}' in write-ahead mode", name);
}

/// A rollback journal is never ours: SQLite must not roll back what someone put there.
bool PageVfs::exists(std::string_view name) {
    return has_log_ && !name.ends_with("-journal") && folder_.exists(name);
}

}  // namespace myqsec::storage
