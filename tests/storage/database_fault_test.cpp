// Every call of the file system failed once: nothing acknowledged is lost, and the files open again.
#include <set>

#include "base/fault_folder.hpp"
#include "storage/database_fixture.hpp"

using namespace myqsec;
using namespace myqsec::storage;

namespace {

/// Transactions of different shapes; notes which were acknowledged.
class Workload {
 public:
    explicit Workload(Folder& folder) : folder_(folder) {}

    void run() {
        try {
            Database database(folder_, "main.db", test::test_key());
            attempt([&] { database.execute("PRAGMA cache_size = 10"); });
            for (int round = 0; round < 3; ++round) {
                for (int i = 0; i < 3; ++i)
                    transact(database, 1);
                transact(database, 60);  // spills, and rewrites pages it spilled
                attempt([&] { roll_back(database); });
                attempt([&] { database.checkpoint(); });
            }
            transact(database, 2);
        } catch (const Error&) {
        }
    }
    [[nodiscard]] const std::set<std::int64_t>& acknowledged() const { return acknowledged_; }

 private:
    static void attempt(const auto& call) {
        try {
            call();
        } catch (const Error&) {
        }
    }

    void transact(Database& database, int rows) {
        const std::int64_t batch = ++batch_;
        attempt([&] {
            Transaction transaction(database);
            for (int i = 0; i < rows; ++i)
                insert(database, batch);
            database.run("UPDATE t SET filler = zeroblob(900) WHERE batch = $1 AND id % 3 = 0", batch);
            transaction.commit();
            acknowledged_.insert(batch);
        });
    }

    void roll_back(Database& database) {
        const Transaction transaction(database);
        for (int i = 0; i < 80; ++i)
            insert(database, 1000);
    }

    static void insert(Database& database, std::int64_t batch) {
        database.run("INSERT INTO t (batch, filler) VALUES ($1, randomblob(900))", batch);
    }

    Folder& folder_;
    std::int64_t batch_ = 0;
    std::set<std::int64_t> acknowledged_;
};

void prepare(Folder& folder) {
    Database::create(folder, "main.db", test::test_key());
    Database database(folder, "main.db", test::test_key());
    database.execute(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, batch INTEGER, filler BLOB); CREATE INDEX i ON t (batch)");
}

/// False when the workload ended before call n.
bool database_survives(test::Fault fault, std::uint64_t n) {
    const test::TemporaryFolder temporary;
    const auto plain = temporary.open();
    prepare(*plain);
    const auto plan = std::make_shared<test::FaultPlan>(test::FaultPlan{fault, n});
    test::FaultFolder faulty(temporary.open(), plan);
    Workload workload(faulty);
    workload.run();

    CAPTURE(n);
    Database database(*plain, "main.db", test::test_key());
    CHECK(test::is_sound(database));
    for (const std::int64_t batch : workload.acknowledged()) {
        auto rows = database.query("SELECT count(*) FROM t WHERE batch = $1", batch);
        CHECK(rows.next());
        CHECK(rows.integer(0) > 0);
    }
    CHECK(test::scalar(database, "SELECT count(*) FROM t WHERE batch = 1000") == 0);
    return plan->struck();
}

}  // namespace

using test::Fault;

TEST_CASE("any one failed call loses nothing acknowledged") {
    for (const Fault fault : {Fault::io_error, Fault::no_space, Fault::short_write, Fault::sync_failure}) {
        CAPTURE(static_cast<int>(fault));
        std::uint64_t n = 1;
        while (database_survives(fault, n))
            ++n;
        MESSAGE("calls of this kind: " << n);
    }
}

TEST_CASE("a creation that failed leaves no database, and can be repeated") {
    for (std::uint64_t n = 1;; ++n) {
        const test::TemporaryFolder temporary;
        const auto plan = std::make_shared<test::FaultPlan>(test::FaultPlan{Fault::io_error, n});
        test::FaultFolder faulty(temporary.open(), plan);
        const Status status = test::status_of([&] { Database::create(faulty, "main.db", test::test_key()); });
        const auto plain = temporary.open();
        if (!plan->struck()) break;
        if (!plain->exists("main.db")) Database::create(*plain, "main.db", test::test_key());
        Database database(*plain, "main.db", test::test_key());
        CHECK(test::is_sound(database));
        CHECK((status == Status::ERR_IO || status == Status::OK));
    }
}
