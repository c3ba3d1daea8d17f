/* The databases' workload, the same for ours and for SQLCipher: a table of jobs, far larger than the cache.
 */
#ifndef MYQSEC_DATABASE_WORKLOAD_H
#define MYQSEC_DATABASE_WORKLOAD_H

#include "bench.h"

enum { WORKLOAD_CACHE_KIB = 400, WORKLOAD_BATCH = 1000, WORKLOAD_POINTS = 100000, WORKLOAD_SCANS = 5 };

#define WORKLOAD_SCHEMA                                                                              \
    "CREATE TABLE job(id INTEGER PRIMARY KEY, owner TEXT, name TEXT, state INTEGER, document BLOB);" \
    "CREATE INDEX job_owner ON job(owner)"
#define WORKLOAD_INSERT "INSERT INTO job VALUES($1, $2, $3, $4, $5)"
#define WORKLOAD_POINT "SELECT length(document), name FROM job WHERE id = $1"
#define WORKLOAD_SCAN "SELECT sum(length(name)), count(*) FROM job NOT INDEXED WHERE name LIKE 'zzz%'"

typedef struct workload_row {
    int64_t id;
    char owner[32];
    char name[64];
    int64_t state;
    uint8_t document[200];
} workload_row;

static inline void workload_make_row(uint64_t* random, int64_t id, workload_row* row) {
    row->id = id;
    snprintf(row->owner, sizeof row->owner, "user%06u", bench_random(random) % 20000);
    snprintf(row->name, sizeof row->name, "document-%08lld-%u.pdf", (long long)id, bench_random(random));
    row->state = id & 7;
    bench_fill(random, row->document, sizeof row->document);
}

static inline void workload_report(int64_t rows, double insert, double point, double scan) {
    printf("insert %.1f\npoint %.1f\nscan %.1f\n", (double)rows / insert, (double)WORKLOAD_POINTS / point,
           (double)(rows * WORKLOAD_SCANS) / scan);
}

#endif
