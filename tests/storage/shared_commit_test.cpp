// Many callers of one database: one sync serves all who wait, nobody else waits, and nobody is told too
// early.
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include "base/fault_folder.hpp"
#include "base/power_cut_folder.hpp"
#include "base/rounds.hpp"
#include "base/shared_memory.hpp"
#include "storage/database_fixture.hpp"

using namespace myqsec;
using namespace myqsec::storage;
using test::rounds;
using test::scalar;
using test::status_of;

namespace {

constexpr std::string_view table = "CREATE TABLE t (id INTEGER PRIMARY KEY, filler BLOB)";

/// Holds every sync of the log back until it is let through.
class Gate {
 public:
    void pass() {
        std::unique_lock lock(mutex_);
        ++waiting_;
        changed_.notify_all();
        changed_.wait(lock, [&] { return open_; });
        --waiting_;
        ++passed_;
    }
    void close() {
        const std::lock_guard lock(mutex_);
        open_ = false;
    }
    void open() {
        const std::lock_guard lock(mutex_);
        open_ = true;
        changed_.notify_all();
    }
    void wait_for_one() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return waiting_ > 0; });
    }
    [[nodiscard]] int passed() {
        const std::lock_guard lock(mutex_);
        return passed_;
    }

 private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool open_ = true;
    int waiting_ = 0;
    int passed_ = 0;
};

/// A database on disk whose syncs the test holds back.
struct GatedDatabase {
    test::TemporaryFolder temporary;
    Gate gate;
    std::shared_ptr<test::FaultPlan> plan = std::make_shared<test::FaultPlan>();
    test::FaultFolder folder;
    std::unique_ptr<Database> database;

    GatedDatabase() : folder(temporary.open(), plan) {
        plan->fault = test::Fault::sync_failure;
        Database::create(folder, "main.db", test::test_key());
        database = std::make_unique<Database>(folder, "main.db", test::test_key());
        database->execute(table);
        plan->before = [this](std::string_view call) {
            if (call == "sync") gate.pass();
        };
    }
    void insert(std::int64_t id) {
        Transaction transaction(*database);
        database->run("INSERT INTO t VALUES ($1, randomblob(300))", id);
        transaction.commit();
    }
    [[nodiscard]] std::int64_t count() { return scalar(*database, "SELECT count(*) FROM t"); }
    /// Also of those that are not durable yet.
    [[nodiscard]] std::int64_t written() {
        const auto as_it_is = database->lock();
        return count();
    }
};

}  // namespace

TEST_CASE("whoever reads or writes does not wait for another's sync") {
    GatedDatabase shared;
    shared.gate.close();
    std::atomic<bool> told = false;
    std::jthread writer([&] {
        shared.insert(1);
        told = true;
    });
    shared.gate.wait_for_one();
    CHECK(shared.count() == 0);
    CHECK(shared.written() == 1);
    {
        Transaction transaction(*shared.database);
        shared.database->run("INSERT INTO t VALUES (2, NULL)");
        transaction.commit_unsynced();
    }
    CHECK_FALSE(told);
    shared.gate.open();
    writer.join();
    CHECK(told);
    CHECK(shared.count() == 2);
}

TEST_CASE("one sync serves all who came while another was under way") {
    GatedDatabase shared;
    shared.gate.close();
    std::vector<std::jthread> writers;
    writers.emplace_back([&] { shared.insert(0); });
    shared.gate.wait_for_one();
    std::atomic<int> told = 0;
    for (int id = 1; id <= 16; ++id)
        writers.emplace_back([&, id] {
            shared.insert(id);
            ++told;
        });
    while (shared.written() < 17)  // all have committed, and wait
        std::this_thread::yield();
    CHECK(told == 0);
    const int before = shared.gate.passed();
    shared.gate.open();
    writers.clear();
    CHECK(told == 16);
    CHECK(shared.gate.passed() - before == 2);
}

TEST_CASE(
    "a sync that fails tells all who wait for it that the outcome is unknown, and closes the database") {
    GatedDatabase shared;
    shared.insert(1);
    shared.gate.close();
    std::atomic<int> unknown = 0;
    const auto insert = [&](int id) {
        if (status_of([&] { shared.insert(id); }) == Status::ERR_OUTCOME_UNKNOWN) ++unknown;
    };
    std::vector<std::jthread> writers;
    writers.emplace_back(insert, 2);
    shared.gate.wait_for_one();
    for (int id = 3; id <= 6; ++id)
        writers.emplace_back(insert, id);
    while (shared.written() < 6)
        std::this_thread::yield();
    shared.plan->fail_at = shared.plan->calls + 1;
    shared.gate.open();
    writers.clear();
    CHECK(unknown == 5);
    CHECK(status_of([&] { shared.insert(7); }) == Status::ERR_OUTCOME_UNKNOWN);
    CHECK(status_of([&] { static_cast<void>(shared.count()); }) == Status::ERR_OUTCOME_UNKNOWN);
    CHECK(status_of([&] { shared.database->checkpoint(); }) == Status::ERR_OUTCOME_UNKNOWN);
    shared.plan->fail_at = 0;
    shared.plan->fault = test::Fault::no_space;
    shared.database.reset();
    const auto plain = shared.temporary.open();
    Database again(*plain, "main.db", test::test_key());
    CHECK(test::is_sound(again));
    CHECK(scalar(again, "SELECT count(*) FROM t WHERE id = 1") == 1);
    CHECK(scalar(again, "SELECT count(*) FROM t WHERE id = 7") == 0);
}

namespace {

/// Commits, sometimes without waiting, and says what may be relied on.
struct Committer {
    Database& database;
    std::mt19937& random;
    std::int64_t id = 0;
    std::int64_t acknowledged = 0;

    void step() {
        Transaction transaction(database);
        database.run("INSERT INTO t VALUES ($1, randomblob($2))", ++id, random() % 2000);
        if (random() % 7 == 0) database.run("UPDATE t SET filler = randomblob(900) WHERE id > $1", id - 20);
        if (random() % 3 == 0) {
            transaction.commit();
            acknowledged = id;
        } else {
            transaction.commit_unsynced();
        }
        if (random() % 19 == 0) {
            database.wait_durable();
            acknowledged = id;
        }
        if (random() % 23 == 0) {
            database.checkpoint();
            acknowledged = id;
        }
        if (random() % 11 == 0) {
            const Transaction undone(database);
            database.run("UPDATE t SET filler = randomblob(1800) WHERE id > $1", id - 9);
        }
    }
};

void check_prefix(Database& database, std::int64_t acknowledged) {
    CHECK(test::is_sound(database));
    CHECK(scalar(database, "SELECT count(*) FROM t") ==
          scalar(database, "SELECT coalesce(max(id), 0) FROM t"));
    CHECK(scalar(database, "SELECT coalesce(max(id), 0) FROM t") >= acknowledged);
}

}  // namespace

TEST_CASE(
    "a power cut among commits that share their syncs takes only the newest, and never an acknowledged one") {
    int states = 0;
    for (int seed = 0; seed < rounds("MYQSEC_POWER_CUT_ROUNDS", 12); ++seed) {
        std::mt19937 random(static_cast<unsigned>(seed));
        const auto disk = std::make_shared<test::PowerCutDisk>(static_cast<unsigned>(seed));
        test::PowerCutFolder folder(disk);
        Database::create(folder, "main.db", test::test_key());
        Database database(folder, "main.db", test::test_key());
        database.execute(table);
        database.execute("PRAGMA cache_size = 10; PRAGMA wal_autocheckpoint = 40");
        Committer work{database, random};
        disk->at_every_write([&] {
            if (disk->random() % 9 != 0) return;
            ++states;
            // What a cut leaves behind the log's end, a second life writes over, and a second cut meets
            // again.
            auto after = disk->cut();
            for (int life = 0; life < 2; ++life) {
                test::PowerCutFolder rest(after);
                std::shared_ptr<test::PowerCutDisk> next;
                {
                    Database again(rest, "main.db", test::test_key());
                    check_prefix(again, work.acknowledged);
                    Committer more{again, random, scalar(again, "SELECT coalesce(max(id), 0) FROM t"),
                                   work.acknowledged};
                    for (int i = 0; i < 3; ++i)
                        more.step();
                    next = after->cut();
                    test::PowerCutFolder last(next);
                    Database third(last, "main.db", test::test_key());
                    check_prefix(third, more.acknowledged);
                }
                after = next;
            }
        });
        for (int i = 0; i < 60; ++i)
            work.step();
        disk->at_every_write(nullptr);
    }
    MESSAGE("states after a power cut: " << states);
}

namespace {

constexpr int workers = 6;
using Acknowledged = std::array<std::atomic<std::int64_t>, workers>;

/// Each thread inserts ids of its own, one after the other.
[[noreturn]] void work_until_killed(const std::string& path, Acknowledged& acknowledged) {
    try {
        const auto folder = open_folder(path, false);
        Database database(*folder, "main.db", test::test_key());
        database.execute("PRAGMA cache_size = 10; PRAGMA wal_autocheckpoint = 200");
        std::vector<std::jthread> threads;
        for (int worker = 0; worker < workers; ++worker) {
            threads.emplace_back([&, worker] {
                for (;;) {
                    const std::int64_t number = acknowledged[worker] + 1;
                    const std::int64_t id = number * workers + worker;
                    Transaction transaction(database);
                    database.run("INSERT INTO t VALUES ($1, randomblob(300)) ON CONFLICT DO NOTHING", id);
                    transaction.commit();
                    acknowledged[worker] = number;
                }
            });
        }
    } catch (const std::exception&) {
        ::_exit(1);
    }
    ::_exit(1);
}

}  // namespace

TEST_CASE("a kill among threads that share their syncs loses nothing that any of them was told") {
    const test::TemporaryFolder temporary;
    const auto folder = temporary.open();
    Database::create(*folder, "main.db", test::test_key());
    Database(*folder, "main.db", test::test_key()).execute(table);
    const test::SharedMemory<Acknowledged> shared;
    std::mt19937 random(5);
    for (int round = 0; round < rounds("MYQSEC_KILL_ROUNDS", 30); ++round) {
        const pid_t child = ::fork();
        REQUIRE(child >= 0);
        if (child == 0) work_until_killed(temporary.path(), *shared);
        std::this_thread::sleep_for(std::chrono::microseconds(3000 + random() % 40000));
        ::kill(child, SIGKILL);
        int status = 0;
        ::waitpid(child, &status, 0);
        REQUIRE(WIFSIGNALED(status));
        Database database(*folder, "main.db", test::test_key());
        REQUIRE(test::is_sound(database));
        for (int worker = 0; worker < workers; ++worker) {
            const std::int64_t told = (*shared)[worker];
            REQUIRE(scalar(database, fmt::format("SELECT count(*) FROM t WHERE id % {} = {} AND id <= {}",
                                                 workers, worker, told * workers + worker)) == told);
        }
    }
}
