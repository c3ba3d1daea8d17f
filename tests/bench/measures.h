/* How long things take, and what they wait for. */
#ifndef MYQSEC_BENCH_MEASURES_H
#define MYQSEC_BENCH_MEASURES_H

#include <dlfcn.h>
#include <string.h>

#include "bench.h"

typedef struct bench_latencies {
    double* values; /* seconds */
    size_t count;
    size_t room;
} bench_latencies;

static inline void bench_keep(bench_latencies* latencies, double value) {
    if (latencies->count == latencies->room) {
        latencies->room = latencies->room ? 2 * latencies->room : 4096;
        latencies->values = (double*)realloc(latencies->values, latencies->room * sizeof *latencies->values);
        bench_require(latencies->values != NULL, "latencies", "out of memory");
    }
    latencies->values[latencies->count++] = value;
}

static inline int bench_shorter(const void* a, const void* b) {
    const double first = *(const double*)a;
    const double second = *(const double*)b;
    return (first > second) - (first < second);
}

/* Prints median and 99th percentile in milliseconds, and forgets the values. */
static inline void bench_print_latencies(bench_latencies* latencies, const char* prefix) {
    bench_require(latencies->count > 0, "latencies", "nothing was done");
    qsort(latencies->values, latencies->count, sizeof *latencies->values, bench_shorter);
    printf("%sp50 %.3f\n%sp99 %.3f\n", prefix, latencies->values[latencies->count / 2] * 1e3, prefix,
           latencies->values[latencies->count * 99 / 100] * 1e3);
    free(latencies->values);
    latencies->values = NULL;
    latencies->count = latencies->room = 0;
}

/* Of slow_sync.c; without it preloaded syncs take what they take, and nobody counts them. */
static inline void bench_delay_syncs(long microseconds) {
    void* const symbol = dlsym(RTLD_DEFAULT, "bench_sync_delay");
    void (*delay)(long) = NULL;
    memcpy(&delay, &symbol, sizeof delay);
    bench_require(delay != NULL || microseconds <= 0, "slow syncs", "slow_sync.so is not preloaded");
    if (delay) delay(microseconds);
}

static inline long bench_count_syncs(void) {
    void* const symbol = dlsym(RTLD_DEFAULT, "bench_syncs");
    long (*syncs)(void) = NULL;
    memcpy(&syncs, &symbol, sizeof syncs);
    return syncs ? syncs() : 0;
}

#endif
