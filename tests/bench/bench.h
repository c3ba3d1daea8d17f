/* What the benchmark programs share. */
#ifndef MYQSEC_BENCH_H
#define MYQSEC_BENCH_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* The key file of every instance: the same through the C ABI and through the layers. */
enum { BENCH_KEY_SIZE = 32, BENCH_NO_SYNCS = -1 };
#define BENCH_KEY \
    { 42 }

static inline double bench_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* xorshift64: the same numbers in every program. */
static inline uint32_t bench_random(uint64_t* state) {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return (uint32_t)(*state >> 16);
}

static inline void bench_fill(uint64_t* state, uint8_t* data, size_t length) {
    for (size_t i = 0; i < length; i++)
        data[i] = (uint8_t)bench_random(state);
}

static inline void bench_require(int ok, const char* what, const char* why) {
    if (ok) return;
    fprintf(stderr, "%s failed: %s\n", what, why);
    exit(1);
}

#endif
