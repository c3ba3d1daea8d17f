/* The audited workload, the same for ours and for plain SQLite: a fact and the event that records it, each a
 * row in a table of its own, in durable transactions of BATCH facts. */
#ifndef MYQSEC_AUDIT_WORKLOAD_H
#define MYQSEC_AUDIT_WORKLOAD_H

#include "bench.h"

enum { AUDIT_CACHE_KIB = 2000, AUDIT_EVENT_BYTES = 220 };

#define AUDIT_FACT_SCHEMA \
    "CREATE TABLE fact(id INTEGER PRIMARY KEY, owner INTEGER, name TEXT, state INTEGER, changed INTEGER)"
#define AUDIT_FACT_INSERT "INSERT INTO fact(id, owner, name, state, changed) VALUES($1, $2, $3, $4, $5)"

typedef struct audit_fact {
    int64_t id;
    int64_t owner;
    char name[64];
    int64_t state;
    int64_t changed;
} audit_fact;

static inline void audit_make_fact(uint64_t* random, int64_t id, audit_fact* fact) {
    fact->id = id;
    fact->owner = bench_random(random) % 20000;
    snprintf(fact->name, sizeof fact->name, "document-%08lld-%u.pdf", (long long)id, bench_random(random));
    fact->state = id & 7;
    fact->changed = 1800000000000 + id;
}

#endif
