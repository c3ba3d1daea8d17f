// What is read beside those who change: always one durable state, never waited for, never taken back.
#include <atomic>
#include <random>
#include <thread>
#include <vector>

#include "base/power_cut_folder.hpp"
#include "base/rounds.hpp"
#include "storage/database_fixture.hpp"
#include "storage/disk_image.hpp"
#include "storage/wal/wal_format.hpp"

using namespace myqsec;
using namespace myqsec::storage;
using test::DiskImage;
using test::MemoryDatabase;
using test::rounds;
using test::scalar;
using test::status_of;

namespace {

constexpr int accounts = 40;

/// Accounts whose balances sum up to nothing, and how often anything was moved.
void open_accounts(Database& database) {
    database.execute(
        "CREATE TABLE account (id INTEGER PRIMARY KEY, balance INTEGER, filler BLOB);"
        "CREATE TABLE moves (count INTEGER); INSERT INTO moves VALUES (0)");
    Transaction transaction(database);
    for (int id = 0; id < accounts; ++id)
        database.run("INSERT INTO account VALUES ($1, 0, randomblob(900))", id);
    transaction.commit();
}

/// As part of a transaction.
void move_some(Database& database, std::mt19937& random) {
    const auto amount = static_cast<std::int64_t>(random() % 1000);
    database.run("UPDATE account SET balance = balance - $1, filler = randomblob(900) WHERE id = $2", amount,
                 random() % accounts);
    database.run("UPDATE account SET balance = balance + $1, filler = randomblob(900) WHERE id = $2", amount,
                 random() % accounts);
    database.run("UPDATE moves SET count = count + 1");
    if (random() % 5 == 0) {  // the file grows and shrinks
        database.run("DELETE FROM account WHERE id >= $1", accounts);
        if (random() % 2 == 0)
            database.run("INSERT INTO account VALUES ($1, 0, randomblob($2))", accounts, random() % 90000);
    }
}

/// The number of moves, if the state is one.
std::int64_t moves_seen(Database& database) {
    const Snapshot one_state(database);
    const auto before = scalar(database, "SELECT count FROM moves");
    REQUIRE(scalar(database, "SELECT sum(balance) FROM account") == 0);
    REQUIRE(scalar(database, "SELECT count(*) FROM account WHERE length(filler) = 900") >= accounts);
    REQUIRE(scalar(database, "SELECT count FROM moves") == before);
    return before;
}

}  // namespace

TEST_CASE("threads that read beside changes, checkpoints and conversions see whole states, in their order") {
    test::DatabaseFolder folder;
    const auto database = folder.open();
    open_accounts(*database);
    std::atomic<std::int64_t> acknowledged = 0;
    std::atomic<bool> ended = false;
    std::vector<std::jthread> readers;
    for (int reader = 0; reader < 3; ++reader) {
        readers.emplace_back([&] {
            std::int64_t last = 0;
            while (!ended) {
                const std::int64_t told = acknowledged;
                const auto seen = moves_seen(*database);
                REQUIRE(seen >= last);
                REQUIRE(seen >= told);
                last = seen;
            }
        });
    }
    std::vector<std::jthread> writers;
    std::atomic<int> conversions = 0;
    for (int writer = 0; writer < 2; ++writer) {
        writers.emplace_back([&, writer] {
            std::mt19937 random(static_cast<unsigned>(writer));
            for (int i = 0; i < rounds("MYQSEC_SNAPSHOT_ROUNDS", 300); ++i) {
                std::int64_t moved = 0;
                {
                    Transaction transaction(*database);
                    move_some(*database, random);
                    moved = scalar(*database, "SELECT count FROM moves");
                    transaction.commit();
                }
                for (auto known = acknowledged.load(); known < moved;)
                    acknowledged.compare_exchange_weak(known, moved);
                if (random() % 11 == 0) database->checkpoint();
                if (random() % 13 == 0) database->execute("PRAGMA wal_checkpoint(PASSIVE)");
                if (writer == 0 && i % 40 == 0) {
                    database->begin_conversion(conversions++ % 2 != 0, 1, test::test_key());
                    while (!database->convert(7)) {
                    }
                }
            }
        });
    }
    writers.clear();
    ended = true;
    readers.clear();
    CHECK(moves_seen(*database) == acknowledged);
    CHECK(test::is_sound(*database));
}

TEST_CASE("a reading that goes on keeps its state, and who moves the log into the file waits for its end") {
    test::DatabaseFolder folder;
    const auto database = folder.open();
    open_accounts(*database);
    std::mt19937 random(4);
    std::atomic<bool> moved = false;
    std::jthread checkpointer;
    {
        auto rows = database->query("SELECT balance FROM account ORDER BY id");
        REQUIRE(rows.next());
        std::jthread([&] {
            Transaction transaction(*database);
            for (int i = 0; i < 50; ++i)
                move_some(*database, random);
            transaction.commit();
        }).join();
        checkpointer = std::jthread([&] {
            database->checkpoint();
            moved = true;
        });
        std::this_thread::sleep_for(std::chrono::milliseconds(30));
        CHECK_FALSE(moved);
        CHECK(scalar(*database, "SELECT count FROM moves") == 0);
        int seen = 1;
        for (; rows.next(); ++seen)
            REQUIRE(rows.integer(0) == 0);
        CHECK(seen == accounts);
    }
    checkpointer.join();
    CHECK(moves_seen(*database) == 50);
}

TEST_CASE("whoever has not waited for a commit reads it nevertheless; the others when it is durable") {
    test::DatabaseFolder folder;
    const auto database = folder.open();
    open_accounts(*database);
    std::int64_t others = -1;
    const auto ask_another = [&] {
        std::jthread([&] { others = scalar(*database, "SELECT count FROM moves"); }).join();
        return others;
    };
    Transaction transaction(*database);
    database->run("UPDATE moves SET count = 7");
    CHECK(ask_another() == 0);
    transaction.commit_unsynced();
    CHECK(scalar(*database, "SELECT count FROM moves") == 7);
    CHECK(ask_another() == 0);
    {
        const Snapshot one_state(*database);
        CHECK(scalar(*database, "SELECT count FROM moves") == 7);
    }
    database->wait_durable();
    CHECK(ask_another() == 7);
    CHECK(scalar(*database, "SELECT count FROM moves") == 7);
}

TEST_CASE("a query that begins with WITH waits for no change and shows none that may be taken back") {
    test::DatabaseFolder folder;
    const auto database = folder.open();
    open_accounts(*database);
    const Transaction transaction(*database);
    database->run("UPDATE moves SET count = 7");
    std::int64_t seen = -1;
    std::jthread([&] {
        auto rows = database->query("WITH one(count) AS (SELECT count FROM moves) SELECT count FROM one");
        REQUIRE(rows.next());
        seen = rows.integer(0);
    }).join();
    CHECK(seen == 0);
}

TEST_CASE(
    "readings go on beside each other, and one more than there are seats waits for the first that ends") {
    test::DatabaseFolder folder;
    const auto database = folder.open();
    open_accounts(*database);
    constexpr int readers = SnapshotSeats::count + 1;
    std::atomic<int> reading = 0;
    std::atomic<bool> end = false;
    std::vector<std::jthread> threads;
    for (int i = 0; i < readers; ++i) {
        threads.emplace_back([&] {
            auto rows = database->query("SELECT balance FROM account ORDER BY id");
            REQUIRE(rows.next());
            ++reading;
            while (!end)
                std::this_thread::yield();
            while (rows.next()) {
            }
        });
    }
    while (reading < readers - 1)
        std::this_thread::yield();
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    CHECK(reading == readers - 1);
    end = true;
    threads.clear();
    CHECK(reading == readers);
}

TEST_CASE("who retires readings waits for those of before, not for those that begin meanwhile") {
    SnapshotSeats seats;
    seats.lock_shared();
    CHECK(seats.is_mine());
    CHECK(seats.seat() == 0);
    std::atomic<bool> retired = false;
    std::jthread retiring([&] {
        seats.retire();
        retired = true;
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    CHECK_FALSE(retired);
    std::atomic<bool> sits = false;
    std::atomic<bool> stay = true;
    std::jthread later([&] {
        seats.lock_shared();
        sits = true;
        while (stay)
            std::this_thread::yield();
        seats.unlock_shared();
    });
    while (!sits)
        std::this_thread::yield();
    seats.unlock_shared();
    retiring.join();
    CHECK(retired);
    std::atomic<bool> alone = false;
    std::jthread exclusive([&] {
        seats.lock();
        seats.lock();
        alone = true;
        seats.unlock();
        seats.unlock();
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    CHECK_FALSE(alone);
    stay = false;
    exclusive.join();
    CHECK(alone);
    CHECK_FALSE(seats.is_mine());
}

TEST_CASE("nothing is changed within a reading, which another change may be waiting for") {
    test::DatabaseFolder folder;
    const auto database = folder.open();
    open_accounts(*database);
    {
        const Snapshot one_state(*database);
        CHECK(status_of([&] { database->run("UPDATE moves SET count = 1"); }) == Status::ERR_NOT_POSSIBLE);
        CHECK(status_of([&] { const Transaction transaction(*database); }) == Status::ERR_NOT_POSSIBLE);
        CHECK(status_of([&] { database->checkpoint(); }) == Status::ERR_NOT_POSSIBLE);
    }
    CHECK(status_of([&] { database->run("SELECT count FROM moves"); }) == Status::ERR_INTERNAL);
    database->run("UPDATE moves SET count = 1");
    CHECK(scalar(*database, "SELECT count FROM moves") == 1);
}

TEST_CASE("a reading notices what was put back or damaged, in the file and in the log") {
    MemoryDatabase living;
    open_accounts(*living);
    living->checkpoint();
    DiskImage old = living.image();
    living->run("UPDATE account SET filler = randomblob(900)");
    living->checkpoint();
    Bytes& file = living.disk->names().at("main.db")->seen;
    const Bytes now = file;
    const auto read = [&] {
        return status_of([&] { scalar(*living, "SELECT count(*) FROM account WHERE filler = 'x'"); });
    };
    const std::size_t page = file.size() / page_size - 2;
    std::copy_n(old.main().begin() + static_cast<std::ptrdiff_t>(page * page_size), page_size,
                file.begin() + static_cast<std::ptrdiff_t>(page * page_size));
    CHECK(read() == Status::ERR_TAMPERED);
    CHECK(living->take_alarm());
    file = now;
    file[page * page_size + 77] ^= 1;
    CHECK(read() == Status::ERR_CORRUPT);
    CHECK_FALSE(living->take_alarm());
    file = now;
    CHECK(read() == Status::OK);

    living->run("UPDATE account SET filler = randomblob(900)");
    Bytes& log = living.disk->names().at("main.db-wal")->seen;
    const Bytes frames = log;
    for (std::size_t at = wal_frames_offset + 1000; at < log.size(); at += 2000)
        log[at] ^= 1;
    CHECK(read() == Status::ERR_CORRUPT);
    log = frames;
    CHECK(read() == Status::OK);
}

TEST_CASE("no power cut takes back what a reading showed") {
    int cuts = 0;
    for (int seed = 0; seed < rounds("MYQSEC_POWER_CUT_ROUNDS", 12); ++seed) {
        std::mt19937 random(static_cast<unsigned>(seed));
        const auto disk = std::make_shared<test::PowerCutDisk>(static_cast<unsigned>(seed));
        test::PowerCutFolder folder(disk);
        Database::create(folder, "main.db", test::test_key());
        Database database(folder, "main.db", test::test_key());
        open_accounts(database);
        for (int i = 0; i < 40; ++i) {
            Transaction transaction(database);
            move_some(database, random);
            if (random() % 3 == 0) {
                transaction.commit();
            } else {
                transaction.commit_unsynced();
            }
            if (random() % 17 == 0) database.checkpoint();
            std::int64_t shown = 0;
            std::jthread([&] { shown = moves_seen(database); }).join();
            const auto rest = disk->cut();
            ++cuts;
            test::PowerCutFolder after(rest);
            Database again(after, "main.db", test::test_key());
            REQUIRE(moves_seen(again) >= shown);
        }
    }
    CHECK(cuts >= 40 * test::rounds("MYQSEC_POWER_CUT_ROUNDS", 12));
}
