/* A peer's connection to plain SQLite, with what ends the program if it fails. */
#ifndef MYQSEC_BENCH_PLAIN_SQLITE_H
#define MYQSEC_BENCH_PLAIN_SQLITE_H

#include <sqlite3.h>

#include "bench.h"

static sqlite3* database;

static inline void execute(const char* sql) {
    bench_require(sqlite3_exec(database, sql, NULL, NULL, NULL) == SQLITE_OK, sql, sqlite3_errmsg(database));
}

static inline sqlite3_stmt* prepare(const char* sql) {
    sqlite3_stmt* statement = NULL;
    bench_require(sqlite3_prepare_v2(database, sql, -1, &statement, NULL) == SQLITE_OK, sql,
                  sqlite3_errmsg(database));
    return statement;
}

static inline void step(sqlite3_stmt* statement) {
    bench_require(sqlite3_step(statement) == SQLITE_DONE, "step", sqlite3_errmsg(database));
    sqlite3_reset(statement);
}

#endif
