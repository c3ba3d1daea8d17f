/* Preloaded (LD_PRELOAD): kills the process with SIGKILL before its n-th call that changes a file or a folder
 * or writes to standard output. MYQSEC_TEST_KILL_AT is that n, 0 for none; how many calls there were goes to
 * the file MYQSEC_TEST_KILL_COUNT when the process ends by itself. */
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_ulong calls;

static void step(void) {
    static atomic_ulong kill_at;
    if (atomic_load(&kill_at) == 0) {
        const char* given = getenv("MYQSEC_TEST_KILL_AT");
        const unsigned long number = given ? strtoul(given, NULL, 10) : 0;
        atomic_store(&kill_at, number != 0 ? number : (unsigned long)-1);
    }
    if (atomic_fetch_add(&calls, 1) + 1 == atomic_load(&kill_at)) raise(SIGKILL);
}

__attribute__((destructor)) static void tell(void) {
    const char* path = getenv("MYQSEC_TEST_KILL_COUNT");
    FILE* file = path ? fopen(path, "w") : NULL;
    if (!file) return;
    fprintf(file, "%lu\n", atomic_load(&calls));
    fclose(file);
}

/* POSIX lets a function's address be read from what dlsym returns; ISO C has no cast for it. */
#define NEXT(result, name, parameters, arguments) \
    do {                                          \
        result(*next) parameters;                 \
        *(void**)&next = dlsym(RTLD_NEXT, name);  \
        return next arguments;                    \
    } while (0)

ssize_t write(int file, const void* data, size_t size) {
    if (file == 1) step();
    NEXT(ssize_t, "write", (int, const void*, size_t), (file, data, size));
}
ssize_t pwrite(int file, const void* data, size_t size, off_t at) {
    step();
    NEXT(ssize_t, "pwrite", (int, const void*, size_t, off_t), (file, data, size, at));
}
ssize_t pwrite64(int file, const void* data, size_t size, off_t at) {
    step();
    NEXT(ssize_t, "pwrite64", (int, const void*, size_t, off_t), (file, data, size, at));
}
int ftruncate(int file, off_t size) {
    step();
    NEXT(int, "ftruncate", (int, off_t), (file, size));
}
int ftruncate64(int file, off_t size) {
    step();
    NEXT(int, "ftruncate64", (int, off_t), (file, size));
}
int posix_fallocate(int file, off_t at, off_t size) {
    step();
    NEXT(int, "posix_fallocate", (int, off_t, off_t), (file, at, size));
}
int posix_fallocate64(int file, off_t at, off_t size) {
    step();
    NEXT(int, "posix_fallocate64", (int, off_t, off_t), (file, at, size));
}
int linkat(int from_folder, const char* from, int to_folder, const char* to, int flags) {
    step();
    NEXT(int, "linkat", (int, const char*, int, const char*, int), (from_folder, from, to_folder, to, flags));
}
int renameat(int from_folder, const char* from, int to_folder, const char* to) {
    step();
    NEXT(int, "renameat", (int, const char*, int, const char*), (from_folder, from, to_folder, to));
}
int unlinkat(int folder, const char* name, int flags) {
    step();
    NEXT(int, "unlinkat", (int, const char*, int), (folder, name, flags));
}
int mkdirat(int folder, const char* name, mode_t mode) {
    step();
    NEXT(int, "mkdirat", (int, const char*, mode_t), (folder, name, mode));
}
int mkdir(const char* name, mode_t mode) {
    step();
    NEXT(int, "mkdir", (const char*, mode_t), (name, mode));
}

#define OPENAT(name)                                                                 \
    int name(int folder, const char* path, int flags, ...) {                         \
        va_list rest;                                                                \
        va_start(rest, flags);                                                       \
        const mode_t mode = va_arg(rest, mode_t);                                    \
        va_end(rest);                                                                \
        if (flags & O_CREAT) step();                                                 \
        NEXT(int, #name, (int, const char*, int, ...), (folder, path, flags, mode)); \
    }
OPENAT(openat)
OPENAT(openat64)

/* The machine stays up: what is written is there without waiting for a disk. */
int fsync(int file) {
    (void)file;
    return 0;
}
int fdatasync(int file) {
    (void)file;
    return 0;
}
