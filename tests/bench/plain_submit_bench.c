/* What a spool without secrets does at best: a plain file written and fsynced, and one plain SQLite commit a
 * job. plain_submit_bench FOLDER COUNT BYTES -> jobs per second */
#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include "bench.h"

enum { BLOCK = 65536 };

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

int main(int argc, char** argv) {
    bench_require(argc == 4, "plain_submit_bench", "arguments: FOLDER COUNT BYTES");
    bench_require(chdir(argv[1]) == 0, "chdir", argv[1]);
    const int count = atoi(argv[2]);
    sqlite3* database = NULL;
    bench_require(sqlite3_open("jobs.db", &database) == SQLITE_OK, "open", "jobs.db");
    execute(database,
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA locking_mode = EXCLUSIVE");
    execute(database, "CREATE TABLE job(id INTEGER PRIMARY KEY, name TEXT)");

    static uint8_t data[BLOCK];
    uint64_t random = 88172645463325252U;
    bench_fill(&random, data, sizeof data);
    const double begin = bench_now();
    for (int i = 0; i < count; i++) {
        store(i, data, atoll(argv[3]));
        execute(database, "INSERT INTO job(name) VALUES('document.pdf')");
    }
    printf("submit %.1f\n", count / (bench_now() - begin));
    sqlite3_close(database);
    return 0;
}
