/* The same workload through Debian's SQLCipher: sqlcipher_bench FILE ROWS -> rows per second. */
#define SQLITE_HAS_CODEC
#include <sqlite3.h>

#include "database_workload.h"

static sqlite3* database;

static void execute(const char* sql) {
    bench_require(sqlite3_exec(database, sql, NULL, NULL, NULL) == SQLITE_OK, sql, sqlite3_errmsg(database));
}

static sqlite3_stmt* prepare(const char* sql) {
    sqlite3_stmt* statement = NULL;
    bench_require(sqlite3_prepare_v2(database, sql, -1, &statement, NULL) == SQLITE_OK, sql,
                  sqlite3_errmsg(database));
    return statement;
}

static void step(sqlite3_stmt* statement, int expected) {
    bench_require(sqlite3_step(statement) == expected, "step", sqlite3_errmsg(database));
    sqlite3_reset(statement);
}

static void insert(int64_t rows, uint64_t* random) {
    sqlite3_stmt* statement = prepare(WORKLOAD_INSERT);
    workload_row row;
    for (int64_t id = 0; id < rows; id++) {
        if (id % WORKLOAD_BATCH == 0) execute("BEGIN IMMEDIATE");
        workload_make_row(random, id, &row);
        sqlite3_bind_int64(statement, 1, row.id);
        sqlite3_bind_text(statement, 2, row.owner, -1, SQLITE_STATIC);
        sqlite3_bind_text(statement, 3, row.name, -1, SQLITE_STATIC);
        sqlite3_bind_int64(statement, 4, row.state);
        sqlite3_bind_blob(statement, 5, row.document, sizeof row.document, SQLITE_STATIC);
        step(statement, SQLITE_DONE);
        if (id % WORKLOAD_BATCH == WORKLOAD_BATCH - 1) execute("COMMIT");
    }
    sqlite3_finalize(statement);
    execute("PRAGMA wal_checkpoint(TRUNCATE)");
}

static void read_points(int64_t rows, uint64_t* random) {
    sqlite3_stmt* statement = prepare(WORKLOAD_POINT);
    for (int i = 0; i < WORKLOAD_POINTS; i++) {
        sqlite3_bind_int64(statement, 1, (int64_t)(bench_random(random) % (uint64_t)rows));
        step(statement, SQLITE_ROW);
    }
    sqlite3_finalize(statement);
}

static void scan(void) {
    sqlite3_stmt* statement = prepare(WORKLOAD_SCAN);
    for (int i = 0; i < WORKLOAD_SCANS; i++)
        step(statement, SQLITE_ROW);
    sqlite3_finalize(statement);
}

int main(int argc, char** argv) {
    bench_require(argc == 3, "sqlcipher_bench", "arguments: FILE ROWS");
    const int64_t rows = atoll(argv[2]);
    bench_require(sqlite3_open(argv[1], &database) == SQLITE_OK, "open", argv[1]);
    execute("PRAGMA key = \"x'0505050505050505050505050505050505050505050505050505050505050505'\"");
    execute("PRAGMA cipher_page_size = 4096");
    /* As our own connection is set up. */
    execute("PRAGMA locking_mode = EXCLUSIVE; PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY");
    execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
    char cache[64];
    snprintf(cache, sizeof cache, "PRAGMA cache_size = -%d", WORKLOAD_CACHE_KIB);
    execute(cache);
    execute(WORKLOAD_SCHEMA);

    uint64_t random = 88172645463325252U;
    const double begin = bench_now();
    insert(rows, &random);
    const double inserted = bench_now();
    read_points(rows, &random);
    const double read = bench_now();
    scan();
    workload_report(rows, inserted - begin, read - inserted, bench_now() - read);
    sqlite3_close(database);
    return 0;
}
