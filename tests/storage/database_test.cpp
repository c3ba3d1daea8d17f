#include "storage/sqlite/database.hpp"

#include <filesystem>
#include <thread>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include "storage/database_fixture.hpp"

using namespace myqsec;
using namespace myqsec::storage;
using test::scalar;
using test::status_of;

namespace {

std::unique_ptr<Database> open_with_table(test::DatabaseFolder& files) {
    auto database = files.open();
    database->execute(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT UNIQUE, bytes BLOB, CHECK (id < 1000000))");
    return database;
}

void add(Database& database, int from, int to) {
    for (int i = from; i < to; ++i) {
        database.run("INSERT INTO t VALUES ($1, $2, randomblob(500))", i, fmt::format("name {}", i));
    }
}

}  // namespace

TEST_CASE("what a closed database held is there when it opens again") {
    test::DatabaseFolder files;
    {
        const auto database = open_with_table(files);
        CHECK(database->insert("INSERT INTO t (name, bytes) VALUES ($1, $2)", "hello", Bytes{1, 2, 3}) == 1);
        CHECK(database->run("UPDATE t SET name = $1", std::string("changed")) == 1);
    }
    CHECK(files.folder().list().size() == 3);
    const auto database = files.open();
    auto rows = database->query("SELECT name, bytes, NULL FROM t WHERE id = $1", 1);
    REQUIRE(rows.next());
    CHECK(rows.text(0) == "changed");
    CHECK(rows.blob(1).size() == 3);
    CHECK(rows.is_null(2));
    CHECK_FALSE(rows.next());
    CHECK_FALSE(rows.next());
}

TEST_CASE("parameters of every kind come back as they went in") {
    test::DatabaseFolder files;
    const auto database = files.open();
    const std::optional<std::string> none;
    auto rows = database->query("SELECT $1, $2, $3, $4, $5, $6, $7, $8", std::string_view(), Bytes{}, none,
                                JobId(7), from_milliseconds(12345), true, ByteArray<2>{8, 9}, nullptr);
    REQUIRE(rows.next());
    CHECK_FALSE(rows.is_null(0));
    CHECK(rows.text(0).empty());
    CHECK_FALSE(rows.is_null(1));
    CHECK(rows.is_null(2));
    CHECK(rows.id<JobId>(3) == JobId(7));
    CHECK(rows.instant(4) == from_milliseconds(12345));
    CHECK(rows.boolean(5));
    CHECK(rows.blob(6)[1] == 9);
    CHECK(rows.is_null(7));
}

TEST_CASE("violated constraints say what kind they are") {
    test::DatabaseFolder files;
    const auto database = open_with_table(files);
    add(*database, 1, 2);
    CHECK(status_of([&] { add(*database, 1, 2); }) == Status::ERR_EXISTS);
    CHECK(status_of([&] { database->run("INSERT INTO t (name) VALUES ('name 1')"); }) == Status::ERR_EXISTS);
    CHECK(status_of([&] { database->run("INSERT INTO t (id) VALUES (1000000)"); }) ==
          Status::ERR_INVALID_ARGUMENT);
    database->execute("CREATE TABLE child (parent INTEGER REFERENCES t (id))");
    CHECK(status_of([&] { database->run("INSERT INTO child VALUES (77)"); }) == Status::ERR_NOT_POSSIBLE);
    CHECK(status_of([&] { database->run("SELEKT"); }) == Status::ERR_INTERNAL);
    CHECK(status_of([&] { database->run(""); }) == Status::ERR_INTERNAL);
}

TEST_CASE("a transaction that is not committed leaves nothing") {
    test::DatabaseFolder files;
    const auto database = open_with_table(files);
    {
        Transaction transaction(*database);
        add(*database, 1, 5);
        transaction.commit();
    }
    {
        const Transaction transaction(*database);
        add(*database, 5, 9);
    }
    CHECK(scalar(*database, "SELECT count(*) FROM t") == 4);
}

TEST_CASE("an inner transaction joins the outer one, and dooms it if it is not committed") {
    test::DatabaseFolder files;
    const auto database = open_with_table(files);
    {
        Transaction outer(*database);
        Transaction inner(*database);
        add(*database, 1, 2);
        inner.commit();
        outer.commit();
    }
    CHECK(scalar(*database, "SELECT count(*) FROM t") == 1);
    {
        Transaction outer(*database);
        add(*database, 2, 3);
        { const Transaction inner(*database); }
        CHECK(status_of([&] { outer.commit(); }) == Status::ERR_NOT_POSSIBLE);
    }
    CHECK(scalar(*database, "SELECT count(*) FROM t") == 1);
    Transaction next(*database);
    add(*database, 2, 3);
    next.commit();
    CHECK(scalar(*database, "SELECT count(*) FROM t") == 2);
}

TEST_CASE("the same query nested in itself sees its own rows") {
    test::DatabaseFolder files;
    const auto database = open_with_table(files);
    add(*database, 1, 4);
    int pairs = 0;
    auto outer = database->query("SELECT id FROM t");
    while (outer.next()) {
        auto inner = database->query("SELECT id FROM t");
        while (inner.next())
            ++pairs;
    }
    CHECK(pairs == 9);
}

TEST_CASE("more statements than are kept for reuse still work") {
    test::DatabaseFolder files;
    const auto database = files.open();
    for (int round = 0; round < 3; ++round) {
        for (int i = 0; i < 100; ++i)
            CHECK(scalar(*database, fmt::format("SELECT {}", i)) == i);
    }
}

TEST_CASE("transactions larger than the cache, savepoints and rollbacks keep the database sound") {
    test::DatabaseFolder files;
    const auto database = open_with_table(files);
    database->execute("PRAGMA cache_size = 8; CREATE INDEX by_bytes ON t (bytes)");
    for (int round = 0; round < 6; ++round) {
        Transaction transaction(*database);
        add(*database, round * 200, round * 200 + 150);
        database->execute("SAVEPOINT s");
        database->run("UPDATE t SET bytes = randomblob(700) WHERE id % 3 = 0");
        add(*database, round * 200 + 150, round * 200 + 190);
        database->execute("ROLLBACK TO s; RELEASE s");
        database->run("DELETE FROM t WHERE id % 7 = 0");
        if (round % 2 == 0) transaction.commit();
    }
    CHECK(test::is_sound(*database));
    CHECK(scalar(*database, "SELECT max(id) FROM t") < 950);
}

TEST_CASE("large blobs, VACUUM, new indexes and checkpoints survive reopening") {
    test::DatabaseFolder files;
    {
        const auto database = open_with_table(files);
        database->execute("PRAGMA temp_store = FILE; PRAGMA cache_size = 10");
        add(*database, 1, 400);
        database->run("INSERT INTO t VALUES (5000, 'large', randomblob(3000000))");
        database->run("DELETE FROM t WHERE id % 2 = 0 AND id < 5000");
        database->execute("VACUUM; CREATE INDEX by_bytes ON t (bytes, name)");
        database->checkpoint();
        CHECK(std::filesystem::file_size(files.wal_path()) == 8192);
        add(*database, 6000, 6010);
    }
    const auto database = files.open();
    CHECK(test::is_sound(*database));
    CHECK(scalar(*database, "SELECT count(*) FROM t") == 211);
    CHECK(scalar(*database, "SELECT length(bytes) FROM t WHERE id = 5000") == 3000000);
}

TEST_CASE("no file shows what is in the database") {
    test::DatabaseFolder files;
    const auto database = open_with_table(files);
    for (int i = 0; i < 200; ++i) {
        database->run("INSERT INTO t (name, bytes) VALUES ($1, zeroblob(300))", fmt::format("MARKER-{}", i));
    }
    database->execute("PRAGMA wal_checkpoint(PASSIVE)");
    database->run("UPDATE t SET bytes = $1", "MARKER-again");
    for (const auto& name : files.folder().list()) {
        const Bytes bytes = test::read_raw(files.path(name));
        CHECK(bytes.size() > 4096);
        for (const std::string_view plain : {"MARKER", "SQLite format", "CREATE TABLE"}) {
            CHECK(as_text(bytes).find(plain) == std::string_view::npos);
        }
    }
}

TEST_CASE("a wrong key, a missing file, a foreign file and a second creation are refused") {
    test::DatabaseFolder files;
    open_with_table(files).reset();
    const auto open = [&](std::string_view name, const crypto::Secret& key) {
        return status_of([&] { Database(files.folder(), name, key); });
    };
    CHECK(open("main.db", test::test_key(6)) == Status::ERR_CORRUPT);
    CHECK(open("absent.db", test::test_key()) == Status::ERR_NOT_FOUND);
    test::write_raw(files.path("foreign.db"), as_bytes(std::string(8192, 'x')));
    CHECK(open("foreign.db", test::test_key()) == Status::ERR_CORRUPT);
    test::write_raw(files.path("empty.db"), {});
    CHECK(open("empty.db", test::test_key()) == Status::ERR_CORRUPT);
    Bytes newer = test::read_raw(files.database_path());
    newer[7] = 0x40;
    test::write_raw(files.path("newer.db"), newer);
    CHECK(open("newer.db", test::test_key()) == Status::ERR_NEWER_VERSION);
    CHECK(status_of([&] { Database::create(files.folder(), "main.db", test::test_key()); }) ==
          Status::ERR_EXISTS);
    CHECK(open("main.db", test::test_key()) == Status::OK);
}

TEST_CASE("a wrong key is no alarm, even beside a log") {
    test::DatabaseFolder files;
    const auto database = open_with_table(files);
    CHECK(status_of([&] { Database(files.folder(), "main.db", test::test_key(6)); }) == Status::ERR_CORRUPT);
}

TEST_CASE("threads share one database") {
    test::DatabaseFolder files;
    const auto database = open_with_table(files);
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 4; ++thread) {
        threads.emplace_back([&database, thread] {
            for (int i = 0; i < 25; ++i) {
                Transaction transaction(*database);
                add(*database, thread * 1000 + i * 10, thread * 1000 + i * 10 + 3);
                transaction.commit();
                const auto rows = database->query("SELECT count(*) FROM t");
            }
        });
    }
    threads.clear();
    CHECK(scalar(*database, "SELECT count(*) FROM t") == 300);
    CHECK(test::is_sound(*database));
}

TEST_CASE("a forked child cannot use the database of its parent, and harms nothing by trying") {
    test::DatabaseFolder files;
    auto database = open_with_table(files);
    add(*database, 1, 3);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        const bool refused =
            status_of([&] { add(*database, 3, 4); }) == Status::ERR_FORKED &&
            status_of([&] { const Transaction transaction(*database); }) == Status::ERR_FORKED &&
            status_of([&] { database->checkpoint(); }) == Status::ERR_FORKED;
        database.reset();
        ::_exit(refused ? 0 : 1);
    }
    int status = -1;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
    add(*database, 3, 5);
    CHECK(scalar(*database, "SELECT count(*) FROM t") == 4);
}

TEST_CASE("both suites make databases that say so themselves") {
    for (const auto suite : {crypto::PageSuite::xaes_256_gcm, crypto::PageSuite::xchacha20_poly1305}) {
        const test::TemporaryFolder temporary;
        const auto folder = temporary.open();
        Database::create(*folder, "db", test::test_key(), {suite, 500});
        Database(*folder, "db", test::test_key()).execute("CREATE TABLE t (id)");
        Database database(*folder, "db", test::test_key());
        CHECK(scalar(database, "SELECT count(*) FROM t") == 0);
    }
}
