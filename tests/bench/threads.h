/* One operation again and again in several threads at once: how many a second, how long each waits, what it
 * costs. */
#ifndef MYQSEC_BENCH_THREADS_H
#define MYQSEC_BENCH_THREADS_H

#include <pthread.h>
#include <stdatomic.h>
#include <sys/resource.h>

#include "measures.h"

/* Does it once, as thread `thread`; 0 if there is nothing left to do, which ends the work of all. */
typedef int (*bench_operation)(void* context, int thread);

typedef struct bench_team {
    bench_operation operation;
    void* context;
    double deadline;
    atomic_int over;
    pthread_barrier_t together;
} bench_team;

typedef struct bench_member {
    bench_team* team;
    int index;
    pthread_t thread;
    bench_latencies latencies;
} bench_member;

static inline double bench_cpu(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static inline void* bench_work(void* argument) {
    bench_member* member = argument;
    bench_team* team = member->team;
    pthread_barrier_wait(&team->together); /* everybody is here: the deadline is set */
    pthread_barrier_wait(&team->together);
    for (double begin = bench_now(), end = 0; !atomic_load(&team->over); begin = end) {
        if (!team->operation(team->context, member->index)) atomic_store(&team->over, 1);
        end = bench_now();
        bench_keep(&member->latencies, end - begin);
        if (end >= team->deadline) atomic_store(&team->over, 1);
    }
    return NULL;
}

/* For `seconds`, each sync taking `sync_us` longer; everyone does it once at least. Unless NULL, `beside` is
 * run by the caller meanwhile. Prints rate, p50 and p99 (ms), and of each operation syncs and CPU (ms). */
static inline void bench_run_threads(int threads, double seconds, long sync_us, bench_operation operation,
                                     void* context, void (*beside)(void* context, double deadline)) {
    bench_team team = {operation, context, 0, 0, {{0}}};
    bench_member* members = calloc((size_t)threads, sizeof *members);
    bench_require(members != NULL, "threads", "out of memory");
    pthread_barrier_init(&team.together, NULL, (unsigned)threads + 1);
    for (int i = 0; i < threads; i++) {
        members[i].team = &team;
        members[i].index = i;
        bench_require(pthread_create(&members[i].thread, NULL, bench_work, &members[i]) == 0, "thread",
                      "not started");
    }
    pthread_barrier_wait(&team.together);
    bench_delay_syncs(sync_us);
    const double cpu = bench_cpu();
    const double begin = bench_now();
    team.deadline = begin + seconds;
    pthread_barrier_wait(&team.together);
    if (beside) beside(context, team.deadline);

    bench_latencies all = {NULL, 0, 0};
    for (int i = 0; i < threads; i++) {
        pthread_join(members[i].thread, NULL);
        for (size_t each = 0; each < members[i].latencies.count; each++)
            bench_keep(&all, members[i].latencies.values[each]);
        free(members[i].latencies.values);
    }
    const double took = bench_now() - begin;
    const double count = (double)all.count;
    printf("rate %.2f\nsyncs %.3f\ncpu %.3f\n", count / took, (double)bench_count_syncs() / count,
           (bench_cpu() - cpu) * 1e3 / count);
    bench_delay_syncs(0);
    bench_print_latencies(&all, "");
    pthread_barrier_destroy(&team.together);
    free(members);
}

#endif
