/* Submissions as a plain spool makes them, a synced file and a row of SQLite each:
 *   plain_submit_bench FOLDER THREADS SECONDS SYNC_US BYTES
 * Files are synced side by side, rows committed one after the other, as SQLite can. */
#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include "threads.h"

enum { BLOCK = 65536 };

typedef struct plain_spool {
    sqlite3* database;
    int64_t size;
    atomic_int next;
    uint8_t data[BLOCK];
} plain_spool;

static void execute(sqlite3* database, const char* sql) {
    bench_require(sqlite3_exec(database, sql, NULL, NULL, NULL) == SQLITE_OK, sql, sqlite3_errmsg(database));
}

static void store(int number, const uint8_t* data, int64_t size) {
    char name[32];
    snprintf(name, sizeof name, "job-%d", number);
    const int file = open(name, O_WRONLY | O_CREAT | O_EXCL, 0600);
    bench_require(file >= 0, "create", name);
    for (int64_t left = size; left > 0; left -= BLOCK) {
        const size_t length = left < BLOCK ? (size_t)left : BLOCK;
        bench_require(write(file, data, length) == (ssize_t)length, "write", name);
    }
    bench_require(fsync(file) == 0 && close(file) == 0, "fsync", name);
}

/* SQLite's own lock lets one thread at a time use the connection. */
static int submit_once(void* context, int thread) {
    (void)thread;
    plain_spool* spool = context;
    store(atomic_fetch_add(&spool->next, 1), spool->data, spool->size);
    execute(spool->database, "INSERT INTO job(name) VALUES('document.pdf')");
    return 1;
}

int main(int argc, char** argv) {
    bench_require(argc == 6, "plain_submit_bench", "arguments: FOLDER THREADS SECONDS SYNC_US BYTES");
    bench_require(chdir(argv[1]) == 0, "chdir", argv[1]);
    static plain_spool spool;
    spool.size = atoll(argv[5]);
    bench_require(sqlite3_open_v2("jobs.db", &spool.database,
                                  SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX,
                                  NULL) == SQLITE_OK,
                  "open", "jobs.db");
    execute(spool.database,
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA locking_mode = EXCLUSIVE");
    execute(spool.database, "CREATE TABLE job(id INTEGER PRIMARY KEY, name TEXT)");

    uint64_t random = 88172645463325252U;
    bench_fill(&random, spool.data, sizeof spool.data);
    bench_run_threads(atoi(argv[2]), atof(argv[3]), atol(argv[4]), submit_once, &spool, NULL);
    sqlite3_close(spool.database);
    return 0;
}
