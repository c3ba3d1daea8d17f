#include "storage/vfs/page_vfs_callbacks.hpp"

#include <chrono>
#include <cstring>
#include <new>
#include <thread>

#include "crypto/random.hpp"
#include "storage/vfs/page_vfs.hpp"

namespace myqsec::storage {

namespace {

constexpr int longest_name = 255;

/// What SQLite allocates for each open file.
struct OpenFile {
    sqlite3_file base;  // must come first
    PageVfs* vfs;
    VfsFile* file;
};

OpenFile& opened(sqlite3_file* file) {
    return *reinterpret_cast<OpenFile*>(file);
}
PageVfs& owner(sqlite3_vfs* vfs) {
    return *static_cast<PageVfs*>(vfs->pAppData);
}

int code_of(Status status, int otherwise) {
    switch (status) {
        case Status::ERR_NO_SPACE:
            return SQLITE_FULL;
        case Status::ERR_OUT_OF_MEMORY:
            return SQLITE_IOERR_NOMEM;
        default:
            return otherwise;
    }
}

/// Exceptions end here: the frames above are C.
template <typename Call>
int guarded(PageVfs& vfs, int failure, const Call& call) noexcept {
    try {
        return call();
    } catch (const Error& error) {
        vfs.remember(error);
        return code_of(error.status(), failure);
    } catch (const std::bad_alloc&) {
        return SQLITE_IOERR_NOMEM;
    } catch (...) {
        return failure;
    }
}

std::uint64_t position(sqlite3_int64 offset) {
    return static_cast<std::uint64_t>(offset);
}

// --- files ---

int close_file(sqlite3_file* file) {
    delete opened(file).file;
    opened(file).file = nullptr;
    return SQLITE_OK;
}

int read_file(sqlite3_file* file, void* into, int size, sqlite3_int64 offset) {
    OpenFile& open = opened(file);
    return guarded(*open.vfs, SQLITE_IOERR_READ, [&] {
        const ByteSpan bytes(static_cast<std::uint8_t*>(into), static_cast<std::size_t>(size));
        return open.file->read(position(offset), bytes) ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
    });
}

int write_file(sqlite3_file* file, const void* from, int size, sqlite3_int64 offset) {
    OpenFile& open = opened(file);
    return guarded(*open.vfs, SQLITE_IOERR_WRITE, [&] {
        open.file->write(position(offset),
                         {static_cast<const std::uint8_t*>(from), static_cast<std::size_t>(size)});
        return SQLITE_OK;
    });
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
    OpenFile& open = opened(file);
    return guarded(*open.vfs, SQLITE_IOERR_TRUNCATE, [&] {
        open.file->truncate(position(size));
        return SQLITE_OK;
    });
}

int sync_file(sqlite3_file* file, int) {
    OpenFile& open = opened(file);
    return guarded(*open.vfs, SQLITE_IOERR_FSYNC, [&] {
        open.file->sync();
        return SQLITE_OK;
    });
}

int size_of_file(sqlite3_file* file, sqlite3_int64* size) {
    OpenFile& open = opened(file);
    return guarded(*open.vfs, SQLITE_IOERR_FSTAT, [&] {
        *size = static_cast<sqlite3_int64>(open.file->size());
        return SQLITE_OK;
    });
}

// The instance lock keeps other processes out, and one connection alone writes: SQLite's own locks have
// nothing to do, but say when a reading begins.
int lock_file(sqlite3_file* file, int level) {
    OpenFile& open = opened(file);
    if (level != SQLITE_LOCK_SHARED) return SQLITE_OK;
    return guarded(*open.vfs, SQLITE_IOERR_LOCK, [&] {
        open.file->begin_read();
        return SQLITE_OK;
    });
}
int unlock_file(sqlite3_file*, int) {
    return SQLITE_OK;
}
int check_reserved_lock(sqlite3_file*, int* reserved) {
    *reserved = 0;
    return SQLITE_OK;
}

/// The log stays when the database is closed: it says what the database file must hold.
int file_control(sqlite3_file*, int operation, void* argument) {
    if (operation != SQLITE_FCNTL_PERSIST_WAL) return SQLITE_NOTFOUND;
    *static_cast<int*>(argument) = 1;
    return SQLITE_OK;
}
int sector_size(sqlite3_file*) {
    return static_cast<int>(page_size);
}

/// A write that is cut short harms no byte outside its range, as SQLite assumes of disks by default.
int device_characteristics(sqlite3_file*) {
    return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

/// Version 1: no shared memory (the index of an exclusive WAL is on the heap) and no memory mapping.
constexpr sqlite3_io_methods io_methods = {1,
                                           close_file,
                                           read_file,
                                           write_file,
                                           truncate_file,
                                           sync_file,
                                           size_of_file,
                                           lock_file,
                                           unlock_file,
                                           check_reserved_lock,
                                           file_control,
                                           sector_size,
                                           device_characteristics,
                                           nullptr,
                                           nullptr,
                                           nullptr,
                                           nullptr,
                                           nullptr,
                                           nullptr};

// --- the file system ---

int open_file(sqlite3_vfs* vfs, sqlite3_filename name, sqlite3_file* file, int flags, int* granted) {
    OpenFile& open = opened(file);
    open.base.pMethods = nullptr;  // nothing to close unless it opens
    return guarded(owner(vfs), SQLITE_CANTOPEN, [&] {
        open.vfs = &owner(vfs);
        open.file = open.vfs->open(name, flags).release();
        open.base.pMethods = &io_methods;
        if (granted != nullptr) *granted = flags;
        return SQLITE_OK;
    });
}

int delete_file(sqlite3_vfs* vfs, const char* name, int sync_folder) {
    return guarded(owner(vfs), SQLITE_IOERR_DELETE, [&] {
        Folder& folder = owner(vfs).folder();
        if (!folder.remove(name)) return SQLITE_IOERR_DELETE_NOENT;
        if (sync_folder != 0) folder.sync();
        return SQLITE_OK;
    });
}

int access_file(sqlite3_vfs* vfs, const char* name, int, int* result) {
    return guarded(owner(vfs), SQLITE_IOERR_ACCESS, [&] {
        *result = owner(vfs).exists(name) ? 1 : 0;
        return SQLITE_OK;
    });
}

int full_pathname(sqlite3_vfs*, const char* name, int size, char* into) {
    const std::size_t length = std::strlen(name);
    if (length >= static_cast<std::size_t>(size)) return SQLITE_CANTOPEN;
    std::memcpy(into, name, length + 1);
    return SQLITE_OK;
}

void* no_library(sqlite3_vfs*, const char*) {
    return nullptr;
}
void no_library_error(sqlite3_vfs*, int, char*) {}
using Symbol = void (*)();
Symbol no_symbol(sqlite3_vfs*, void*, const char*) {
    return nullptr;
}
void close_no_library(sqlite3_vfs*, void*) {}

int random_bytes(sqlite3_vfs* vfs, int size, char* into) {
    const int code = guarded(owner(vfs), SQLITE_ERROR, [&] {
        crypto::randomize({reinterpret_cast<std::uint8_t*>(into), static_cast<std::size_t>(size)});
        return SQLITE_OK;
    });
    return code == SQLITE_OK ? size : 0;
}

int sleep_for(sqlite3_vfs*, int microseconds) {
    std::this_thread::sleep_for(std::chrono::microseconds(microseconds));
    return microseconds;
}

/// Milliseconds since the Julian epoch.
int current_time_64(sqlite3_vfs*, sqlite3_int64* now) {
    constexpr sqlite3_int64 unix_epoch = 24405875LL * 8640000LL;
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    *now = unix_epoch + std::chrono::duration_cast<std::chrono::milliseconds>(since).count();
    return SQLITE_OK;
}

int current_time(sqlite3_vfs* vfs, double* now) {
    sqlite3_int64 milliseconds = 0;
    current_time_64(vfs, &milliseconds);
    *now = static_cast<double>(milliseconds) / 86400000.0;
    return SQLITE_OK;
}

int last_error(sqlite3_vfs*, int, char*) {
    return 0;
}

}  // namespace

void fill_vfs_callbacks(sqlite3_vfs& vfs) {
    vfs.iVersion = 2;
    vfs.szOsFile = sizeof(OpenFile);
    vfs.mxPathname = longest_name;
    vfs.xOpen = open_file;
    vfs.xDelete = delete_file;
    vfs.xAccess = access_file;
    vfs.xFullPathname = full_pathname;
    vfs.xDlOpen = no_library;
    vfs.xDlError = no_library_error;
    vfs.xDlSym = no_symbol;
    vfs.xDlClose = close_no_library;
    vfs.xRandomness = random_bytes;
    vfs.xSleep = sleep_for;
    vfs.xCurrentTime = current_time;
    vfs.xGetLastError = last_error;
    vfs.xCurrentTimeInt64 = current_time_64;
}

}  // namespace myqsec::storage
