// Stands before the C library by the rules of the dynamic linker: what a program defines itself is what
// everybody in it calls. Headers that declare these functions are left out: they may rename them.
#include "abi/interposed.hpp"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstddef>

#include <dlfcn.h>
#include <sys/types.h>

namespace myqsec::test {

namespace {

constinit std::atomic<CallFault> planned{CallFault::none};
constinit std::atomic<std::uint64_t> fail_at{0};
constinit std::atomic<std::uint64_t> calls{0};
constinit std::atomic<std::int64_t> blocks{0};
constinit thread_local int inside = 0;

enum class Kind { read, write, create, shrink, sync, other };

bool concerns(CallFault fault, Kind kind) {
    switch (fault) {
        case CallFault::io_error:
            return true;
        case CallFault::no_space:
            return kind == Kind::write || kind == Kind::create;
        case CallFault::short_count:
            return kind == Kind::read || kind == Kind::write;
        case CallFault::sync_failure:
            return kind == Kind::sync;
        case CallFault::kill:
            return kind == Kind::write || kind == Kind::create || kind == Kind::shrink;
        default:
            return false;
    }
}

bool strikes() {
    return ++calls == fail_at.load();
}

/// 0, or the errno to fail with; short_count says so by EAGAIN, which no caller sees.
int file_fault(Kind kind) {
    const auto fault = planned.load();
    if (inside == 0 || !concerns(fault, kind) || !strikes()) return 0;
    if (fault == CallFault::kill) ::raise(SIGKILL);
    if (fault == CallFault::short_count) return EAGAIN;
    return fault == CallFault::no_space ? ENOSPC : EIO;
}

bool allocation_fails() {
    if (inside == 0 || planned.load() != CallFault::allocation || !strikes()) return false;
    errno = ENOMEM;
    return true;
}

template <typename Function>
Function next(const char* name) {
    return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

template <typename Result, typename... Arguments>
Result file_call(const char* name, Kind kind, Arguments... arguments) {
    if (const int fault = file_fault(kind); fault != 0) {
        errno = fault;
        return static_cast<Result>(-1);
    }
    return next<Result (*)(Arguments...)>(name)(arguments...);
}

}  // namespace

void plan_fault(CallFault fault, std::uint64_t at) noexcept {
    planned = fault;
    fail_at = at;
    calls = 0;
}
std::uint64_t counted_calls() noexcept {
    return calls;
}
bool fault_struck() noexcept {
    return fail_at != 0 && calls >= fail_at;
}
std::int64_t live_blocks() noexcept {
    return blocks;
}
Faulted::Faulted() noexcept {
    ++inside;
}
Faulted::~Faulted() {
    --inside;
}

}  // namespace myqsec::test

using namespace myqsec::test;

#define INTERPOSED extern "C" __attribute__((visibility("default")))

// --- memory ---

extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* block, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
void __libc_free(void* block);
}

namespace {
void* counted(void* block) {
    if (block != nullptr) ++blocks;
    return block;
}
}  // namespace

INTERPOSED void* malloc(std::size_t size) {
    return allocation_fails() ? nullptr : counted(__libc_malloc(size));
}
INTERPOSED void* calloc(std::size_t count, std::size_t size) {
    return allocation_fails() ? nullptr : counted(__libc_calloc(count, size));
}
INTERPOSED void* realloc(void* block, std::size_t size) {
    if (allocation_fails()) return nullptr;
    if (block == nullptr) return counted(__libc_realloc(block, size));
    if (size == 0) --blocks;
    return __libc_realloc(block, size);
}
INTERPOSED void* memalign(std::size_t alignment, std::size_t size) {
    return allocation_fails() ? nullptr : counted(__libc_memalign(alignment, size));
}
INTERPOSED void* aligned_alloc(std::size_t alignment, std::size_t size) {
    return memalign(alignment, size);
}
INTERPOSED int posix_memalign(void** out, std::size_t alignment, std::size_t size) {
    *out = memalign(alignment, size);
    return *out == nullptr ? ENOMEM : 0;
}
INTERPOSED void free(void* block) {
    if (block != nullptr) --blocks;
    __libc_free(block);
}

// Botan's pool of locked memory may need memory to give a page back, and ends the process if there is none:
// as a kill would, at which nothing is lost, but no campaign could go on. So its allocations there are
// spared.
namespace Botan {
__attribute__((visibility("default"))) void deallocate_memory(void* block, std::size_t count,
                                                              std::size_t size) {
    using Function = void (*)(void*, std::size_t, std::size_t);
    const int before = inside;
    inside = 0;
    static const auto real = next<Function>("_ZN5Botan17deallocate_memoryEPvmm");
    real(block, count, size);
    inside = before;
}
}  // namespace Botan

// --- files ---

#define INTERPOSE_TRANSFER(name, kind, Buffer)                                         \
    INTERPOSED ssize_t name(int file, Buffer buffer, std::size_t size, off_t offset) { \
        const auto real = next<ssize_t (*)(int, Buffer, std::size_t, off_t)>(#name);   \
        const int fault = file_fault(kind);                                            \
        if (fault == EAGAIN) return real(file, buffer, size > 0 ? 1 : 0, offset);      \
        if (fault == 0) return real(file, buffer, size, offset);                       \
        errno = fault;                                                                 \
        return -1;                                                                     \
    }
INTERPOSE_TRANSFER(pread, Kind::read, void*)
INTERPOSE_TRANSFER(pread64, Kind::read, void*)
INTERPOSE_TRANSFER(pwrite, Kind::write, const void*)
INTERPOSE_TRANSFER(pwrite64, Kind::write, const void*)

// The machine stays up in these tests: what is written is there without waiting for a disk.
INTERPOSED int fsync(int) {
    const int fault = file_fault(Kind::sync);
    if (fault != 0) errno = fault;
    return fault == 0 ? 0 : -1;
}
INTERPOSED int fdatasync(int file) {
    return fsync(file);
}

INTERPOSED int ftruncate(int file, off_t size) {
    return file_call<int>("ftruncate", Kind::shrink, file, size);
}
INTERPOSED int ftruncate64(int file, off_t size) {
    return file_call<int>("ftruncate64", Kind::shrink, file, size);
}
INTERPOSED int posix_fallocate(int file, off_t offset, off_t length) {
    const int fault = file_fault(Kind::create);
    return fault != 0 ? fault : next<int (*)(int, off_t, off_t)>("posix_fallocate")(file, offset, length);
}
INTERPOSED int posix_fallocate64(int file, off_t offset, off_t length) {
    return posix_fallocate(file, offset, length);
}
INTERPOSED int linkat(int from_folder, const char* from, int to_folder, const char* to, int flags) {
    return file_call<int>("linkat", Kind::create, from_folder, from, to_folder, to, flags);
}
INTERPOSED int renameat(int from_folder, const char* from, int to_folder, const char* to) {
    return file_call<int>("renameat", Kind::create, from_folder, from, to_folder, to);
}
INTERPOSED int unlinkat(int folder, const char* name, int flags) {
    return file_call<int>("unlinkat", Kind::shrink, folder, name, flags);
}
INTERPOSED int mkdirat(int folder, const char* name, mode_t mode) {
    return file_call<int>("mkdirat", Kind::create, folder, name, mode);
}
INTERPOSED int mkdir(const char* name, mode_t mode) {
    return file_call<int>("mkdir", Kind::create, name, mode);
}
INTERPOSED int flock(int file, int operation) {
    return file_call<int>("flock", Kind::other, file, operation);
}
struct stat;
INTERPOSED int fstat(int file, struct stat* out) {
    return file_call<int>("fstat", Kind::other, file, out);
}
INTERPOSED int fstat64(int file, struct stat* out) {
    return file_call<int>("fstat64", Kind::other, file, out);
}
INTERPOSED int fstatat(int folder, const char* name, struct stat* out, int flags) {
    return file_call<int>("fstatat", Kind::other, folder, name, out, flags);
}
INTERPOSED int fstatat64(int folder, const char* name, struct stat* out, int flags) {
    return file_call<int>("fstatat64", Kind::other, folder, name, out, flags);
}

#define INTERPOSE_OPEN(name)                                                   \
    INTERPOSED int name(const char* path, int flags, ...) {                    \
        va_list list;                                                          \
        va_start(list, flags);                                                 \
        const auto mode = va_arg(list, mode_t);                                \
        va_end(list);                                                          \
        if (const int fault = file_fault(Kind::create); fault != 0) {          \
            errno = fault;                                                     \
            return -1;                                                         \
        }                                                                      \
        return next<int (*)(const char*, int, ...)>(#name)(path, flags, mode); \
    }
INTERPOSE_OPEN(open)
INTERPOSE_OPEN(open64)

#define INTERPOSE_OPENAT(name)                                                              \
    INTERPOSED int name(int folder, const char* path, int flags, ...) {                     \
        va_list list;                                                                       \
        va_start(list, flags);                                                              \
        const auto mode = va_arg(list, mode_t);                                             \
        va_end(list);                                                                       \
        if (const int fault = file_fault(Kind::create); fault != 0) {                       \
            errno = fault;                                                                  \
            return -1;                                                                      \
        }                                                                                   \
        return next<int (*)(int, const char*, int, ...)>(#name)(folder, path, flags, mode); \
    }
INTERPOSE_OPENAT(openat)
INTERPOSE_OPENAT(openat64)
