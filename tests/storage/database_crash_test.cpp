// kill -9 and power cuts: what was acknowledged is there, and no accident raises the alarm.
#include <atomic>
#include <chrono>
#include <random>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

#include "base/power_cut_folder.hpp"
#include "base/rounds.hpp"
#include "base/shared_memory.hpp"
#include "storage/database_fixture.hpp"

using namespace myqsec;
using namespace myqsec::storage;
using test::rounds;
using test::scalar;

namespace {

constexpr std::string_view tables =
    "CREATE TABLE t (id INTEGER PRIMARY KEY, filler BLOB); CREATE INDEX i ON t (filler)";

/// One transaction that inserts `id`, of a shape that depends on it: single rows, spills, rewritten pages.
void transact(Database& database, std::int64_t id) {
    Transaction transaction(database);
    database.run("INSERT INTO t VALUES ($1, randomblob(300))", id);
    if (id % 11 == 0) {
        database.run("UPDATE t SET filler = randomblob(1500) WHERE id > $1", id - 40);
        database.run("UPDATE t SET filler = randomblob(200) WHERE id > $1", id - 40);
    }
    transaction.commit();
}

void roll_back(Database& database) {
    const Transaction transaction(database);
    database.run("UPDATE t SET filler = randomblob(1800)");
}

/// Cuts pages off the file's end.
void shrink(Database& database) {
    database.run("UPDATE t SET filler = NULL");
    database.execute("VACUUM");
}

/// Works until it is killed, telling `acknowledged` of every transaction.
[[noreturn]] void work(const std::string& path, std::atomic<std::int64_t>& acknowledged) {
    try {
        const auto folder = open_folder(path, false);
        Database database(*folder, "main.db", test::test_key());
        database.execute("PRAGMA cache_size = 10; PRAGMA wal_autocheckpoint = 100");
        for (;;) {
            const std::int64_t id = acknowledged + 1;
            if (id % 17 == 0) roll_back(database);
            if (scalar(database, fmt::format("SELECT count(*) FROM t WHERE id = {}", id)) == 0)
                transact(database, id);
            acknowledged = id;
            if (id % 97 == 0) database.checkpoint();
        }
    } catch (const std::exception&) {
        ::_exit(1);
    }
}

}  // namespace

TEST_CASE("a killed process loses nothing acknowledged and raises no alarm") {
    const test::TemporaryFolder temporary;
    const auto folder = temporary.open();
    Database::create(*folder, "main.db", test::test_key());
    Database(*folder, "main.db", test::test_key()).execute(tables);
    const test::SharedMemory<std::atomic<std::int64_t>> shared;
    auto& acknowledged = *shared;
    std::mt19937 random(5);
    for (int round = 0; round < rounds("MYQSEC_KILL_ROUNDS", 60); ++round) {
        const pid_t child = ::fork();
        REQUIRE(child >= 0);
        if (child == 0) work(temporary.path(), acknowledged);
        std::this_thread::sleep_for(std::chrono::microseconds(2000 + random() % 30000));
        ::kill(child, SIGKILL);
        int status = 0;
        ::waitpid(child, &status, 0);
        REQUIRE(WIFSIGNALED(status));
        Database database(*folder, "main.db", test::test_key());
        REQUIRE(scalar(database, "SELECT max(id) FROM t") >= acknowledged);
        REQUIRE(scalar(database, "SELECT count(*) - max(id) FROM t") <= 0);
        REQUIRE(scalar(database, fmt::format("SELECT count(*) FROM t WHERE id <= {}", acknowledged.load())) ==
                acknowledged);
        REQUIRE(test::is_sound(database));
    }
    MESSAGE("acknowledged transactions: " << acknowledged.load());
}

TEST_CASE(
    "a power cut that drops, reorders and tears unsynced writes loses nothing acknowledged and raises no "
    "alarm") {
    int states = 0;
    for (int seed = 0; seed < rounds("MYQSEC_POWER_CUT_ROUNDS", 12); ++seed) {
        const auto disk = std::make_shared<test::PowerCutDisk>(static_cast<unsigned>(seed));
        test::PowerCutFolder folder(disk);
        Database::create(folder, "main.db", test::test_key());
        std::int64_t id = 0;
        std::int64_t acknowledged = 0;
        disk->at_every_write([&] {
            if (acknowledged == 0 || disk->random() % 9 != 0) return;
            ++states;
            const auto after = disk->cut();
            test::PowerCutFolder rest(after);
            Database again(rest, "main.db", test::test_key());
            CHECK(test::is_sound(again));
            CHECK(scalar(again, fmt::format("SELECT count(*) FROM t WHERE id <= {}", acknowledged)) ==
                  acknowledged);
        });
        Database database(folder, "main.db", test::test_key());
        database.execute("PRAGMA cache_size = 10; PRAGMA wal_autocheckpoint = 30");
        database.execute(tables);
        while (id < 60) {
            transact(database, ++id);
            acknowledged = id;
            if (id % 17 == 0) roll_back(database);
            if (id % 29 == 0) database.checkpoint();
            if (id % 13 == 0) database.execute("PRAGMA wal_checkpoint(PASSIVE)");
            if (id == 40) shrink(database);
        }
    }
    MESSAGE("states after a power cut: " << states);
}
