#include "storage/page_vfs.hpp"

#include <atomic>
#include <new>

#include "storage/page_file.hpp"
#include "storage/page_temporary.hpp"
#include "storage/page_vfs_callbacks.hpp"
#include "storage/wal_file.hpp"

namespace myqsec::storage {

namespace {

constexpr std::string_view wal_suffix = "-wal";

std::string next_vfs_name() {
    static std::atomic<std::uint64_t> counter{0};
    return fmt::format("myqsec-{}", ++counter);
}

}  // namespace

PageVfs::PageVfs(Folder& folder, const DatabaseIdentity& identity, const crypto::Secret& key)
    : folder_(folder), identity_(identity), key_(key.clone()), name_(next_vfs_name()) {
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
    if ((flags & SQLITE_OPEN_MAIN_DB) != 0) return open_database(name, flags);
    if ((flags & SQLITE_OPEN_WAL) != 0) return open_log(name);
    // Rollback and super-journals would hold pages outside the formats described: nothing here ever needs
    // one.
    fail(Status::ERR_INTERNAL, "SQLite asked for a journal '{}' in write-ahead mode", name);
}

std::unique_ptr<VfsFile> PageVfs::open_database(const std::string& name, int flags) {
    auto file = (flags & SQLITE_OPEN_CREATE) != 0 ? folder_.create(name) : folder_.open(name);
    return std::make_unique<PageFile>(std::move(file), folder_.path() + "/" + name, identity_, key_);
}

std::unique_ptr<VfsFile> PageVfs::open_log(const std::string& name) {
    WalRecovery found;
    try {
        auto file = open_wal(folder_, name, identity_, key_, found);
        damaged_tail_ = found.damaged_tail;
        recovered_transactions_ = found.log.commits();
        return file;
    } catch (const Error& error) {
        if (error.status() != Status::ERR_TAMPERED) throw;
        // Under a wrong key everything looks altered. Page 1 tells.
        const std::string database = name.substr(0, name.size() - wal_suffix.size());
        PageFile pages(folder_.open_read_only(database), database, identity_, key_);
        if (pages.first_page_opens()) throw;
        fail(Status::ERR_CORRUPT, "'{}/{}' is damaged or belongs to another instance; restore a backup",
             folder_.path(), database);
    }
}

}  // namespace myqsec::storage
