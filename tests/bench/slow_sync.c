/* Preloaded (LD_PRELOAD): counts what makes data durable, and makes it take as long as on a disk that has to
 * write out its cache, so that figures taken in memory show how work waits for a disk. The program finds
 * bench_sync_delay() and bench_syncs() with dlsym(); neither is there if this is not preloaded. */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

static atomic_long delay_us;
static atomic_long syncs;

/* How long each sync takes from now on, beside what it really takes; BENCH_NO_SYNCS: none is made, while
 * something is filled or prepared. The count begins anew. */
void bench_sync_delay(long microseconds) {
    atomic_store(&delay_us, microseconds);
    atomic_store(&syncs, 0);
}

long bench_syncs(void) {
    return atomic_load(&syncs);
}

static int skipped(void) {
    return atomic_load(&delay_us) == BENCH_NO_SYNCS;
}

static void take_time(void) {
    atomic_fetch_add(&syncs, 1);
    const long us = atomic_load(&delay_us);
    const struct timespec time = {us / 1000000, us % 1000000 * 1000};
    if (us > 0) nanosleep(&time, NULL);
}

typedef int (*sync_function)(int file);

static int make(const char* function, int file) {
    sync_function real = NULL;
    *(void**)&real = dlsym(RTLD_NEXT, function);
    const int result = skipped() ? 0 : real(file);
    take_time();
    return result;
}

int fsync(int file) {
    return make("fsync", file);
}

int fdatasync(int file) {
    return make("fdatasync", file);
}

int syncfs(int file) {
    return make("syncfs", file);
}

int sync_file_range(int file, off64_t offset, off64_t length, unsigned int flags) {
    int (*real)(int, off64_t, off64_t, unsigned int) = NULL;
    *(void**)&real = dlsym(RTLD_NEXT, "sync_file_range");
    const int result = skipped() ? 0 : real(file, offset, length, flags);
    take_time();
    return result;
}
