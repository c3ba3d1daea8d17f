/* The same people in plain SQLite, in durable batches: no file is read, nothing checked, sealed or audited.
 *   plain_import_bench FILE ROWS -> rows per second */
#include "people_workload.h"
#include "plain_sqlite.h"

int main(int argc, char** argv) {
    bench_require(argc == 3, "plain_import_bench", "arguments: FILE ROWS");
    const int64_t rows = atoll(argv[2]);
    bench_require(sqlite3_open(argv[1], &database) == SQLITE_OK, "open", argv[1]);
    /* As our own connection is set up. */
    execute("PRAGMA locking_mode = EXCLUSIVE; PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY");
    execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -2000");
    execute(
        "CREATE TABLE user(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, full_name TEXT, email TEXT, "
        "state INTEGER);"
        "CREATE TABLE card(id INTEGER PRIMARY KEY, user INTEGER NOT NULL, number TEXT NOT NULL UNIQUE);"
        "CREATE INDEX card_user ON card(user);"
        "CREATE TABLE member(group_id INTEGER NOT NULL, user INTEGER NOT NULL, PRIMARY KEY(group_id, user));"
        "CREATE INDEX member_user ON member(user)");
    sqlite3_stmt* user = prepare("INSERT INTO user(name, full_name, email, state) VALUES($1, $2, $3, 1)");
    sqlite3_stmt* card = prepare("INSERT INTO card(user, number) VALUES($1, $2)");
    sqlite3_stmt* member = prepare("INSERT INTO member(group_id, user) VALUES($1, $2)");

    const double begin = bench_now();
    for (int64_t first = 0; first < rows; first += PEOPLE_BATCH) {
        execute("BEGIN IMMEDIATE");
        for (int64_t number = first; number < rows && number < first + PEOPLE_BATCH; number++) {
            people_row row;
            people_make_row(number, &row);
            sqlite3_bind_text(user, 1, row.user_name, -1, SQLITE_STATIC);
            sqlite3_bind_text(user, 2, row.full_name, -1, SQLITE_STATIC);
            sqlite3_bind_text(user, 3, row.email, -1, SQLITE_STATIC);
            step(user);
            const sqlite3_int64 id = sqlite3_last_insert_rowid(database);
            sqlite3_bind_int64(card, 1, id);
            sqlite3_bind_text(card, 2, row.card, -1, SQLITE_STATIC);
            step(card);
            sqlite3_bind_int64(member, 1, row.group);
            sqlite3_bind_int64(member, 2, id);
            step(member);
        }
        execute("COMMIT");
    }
    printf("rows %.1f\n", (double)rows / (bench_now() - begin));
    sqlite3_finalize(user);
    sqlite3_finalize(card);
    sqlite3_finalize(member);
    sqlite3_close(database);
    return 0;
}
