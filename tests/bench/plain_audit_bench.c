/* The same two tables in plain SQLite, without sealing, hashing, signing or a second database:
 * plain_audit_bench FILE TRANSACTIONS BATCH -> facts per second */
#include "audit_workload.h"
#include "plain_sqlite.h"

int main(int argc, char** argv) {
    bench_require(argc == 4, "plain_audit_bench", "arguments: FILE TRANSACTIONS BATCH");
    const int64_t transactions = atoll(argv[2]);
    const int64_t batch = atoll(argv[3]);
    bench_require(sqlite3_open(argv[1], &database) == SQLITE_OK, "open", argv[1]);
    /* As our own connection is set up. */
    execute("PRAGMA locking_mode = EXCLUSIVE; PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY");
    execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
    char cache[64];
    snprintf(cache, sizeof cache, "PRAGMA cache_size = -%d", AUDIT_CACHE_KIB);
    execute(cache);
    execute(AUDIT_FACT_SCHEMA);
    execute("CREATE TABLE event(sequence INTEGER PRIMARY KEY, event BLOB NOT NULL)");
    sqlite3_stmt* begin = prepare("BEGIN IMMEDIATE");
    sqlite3_stmt* commit = prepare("COMMIT");
    sqlite3_stmt* insert_fact = prepare(AUDIT_FACT_INSERT);
    sqlite3_stmt* insert_event = prepare("INSERT INTO event(sequence, event) VALUES($1, $2)");

    uint64_t random = 88172645463325252U;
    uint8_t event[AUDIT_EVENT_BYTES];
    audit_fact fact;
    int64_t id = 0;
    const double start = bench_now();
    for (int64_t i = 0; i < transactions; i++) {
        step(begin);
        for (int64_t each = 0; each < batch; each++) {
            audit_make_fact(&random, ++id, &fact);
            sqlite3_bind_int64(insert_fact, 1, fact.id);
            sqlite3_bind_int64(insert_fact, 2, fact.owner);
            sqlite3_bind_text(insert_fact, 3, fact.name, -1, SQLITE_STATIC);
            sqlite3_bind_int64(insert_fact, 4, fact.state);
            sqlite3_bind_int64(insert_fact, 5, fact.changed);
            step(insert_fact);
            bench_fill(&random, event, sizeof event);
            sqlite3_bind_int64(insert_event, 1, id);
            sqlite3_bind_blob(insert_event, 2, event, sizeof event, SQLITE_STATIC);
            step(insert_event);
        }
        step(commit);
    }
    printf("facts %.1f\n", (double)(transactions * batch) / (bench_now() - start));
    sqlite3_finalize(begin);
    sqlite3_finalize(commit);
    sqlite3_finalize(insert_fact);
    sqlite3_finalize(insert_event);
    sqlite3_close(database);
    return 0;
}
