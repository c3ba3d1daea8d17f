// Encryption switched on and off, and keys replaced, in a database that is in use: at every moment it is
// whole.
#include <algorithm>
#include <atomic>
#include <random>

#include <sys/wait.h>
#include <unistd.h>

#include "base/fault_folder.hpp"
#include "base/rounds.hpp"
#include "base/shared_memory.hpp"
#include "storage/disk_image.hpp"

using namespace myqsec;
using namespace myqsec::storage;
using test::DiskImage;
using test::scalar;
using test::status_of;
using test::test_key;

namespace {

constexpr int rows = 120;
constexpr std::string_view marker = "MARKER-of-a-secret-row";

DatabaseKeys both_keys() {
    DatabaseKeys keys;
    keys.put(1, test_key(5));
    keys.put(2, test_key(6));
    return keys;
}

void fill_pages(Database& database) {
    database.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, version INTEGER, text TEXT)");
    Transaction transaction(database);
    for (int i = 1; i <= rows; ++i)
        database.run("INSERT INTO t VALUES ($1, 0, $2)", i, fmt::format("{} {:0600}", marker, i));
    transaction.commit();
}

/// A transaction amid a conversion; every row then says which was the last that changed it.
void work(Database& database, std::int64_t version) {
    Transaction transaction(database);
    database.run("UPDATE t SET version = $1, text = text || 'x' WHERE id % 17 = $2", version, version % 17);
    database.run("UPDATE t SET version = $1 WHERE id = 1", version);
    transaction.commit();
}

bool holds_rows(Database& database) {
    return scalar(database, "SELECT count(*) FROM t WHERE text LIKE 'MARKER-of-a-secret-row 0%'") == rows &&
           scalar(database, "SELECT max(version) FROM t") ==
               scalar(database, "SELECT version FROM t WHERE id = 1") &&
           test::is_sound(database);
}

struct Target {
    bool encrypted;
    std::uint32_t key_version;
};

void begin(Database& database, const Target& target) {
    database.begin_conversion(target.encrypted, target.key_version, *both_keys().find(target.key_version));
}

bool is(Database& database, const Target& target) {
    const DatabaseForm form = database.form();
    return !form.converting && form.encrypted == target.encrypted && form.key_version == target.key_version;
}

bool shows_marker(const Bytes& bytes) {
    return as_text(bytes).find(marker) != std::string_view::npos;
}

constexpr Target off{false, 1};
constexpr Target on{true, 1};
constexpr Target rotated{true, 2};
constexpr Target rotated_off{false, 2};

}  // namespace

TEST_CASE("encryption goes off and on, and a key is replaced, while the database is in use") {
    test::DatabaseFolder files;
    auto database = std::make_unique<Database>(files.folder(), "main.db", both_keys());
    fill_pages(*database);
    std::int64_t version = 0;
    for (const Target target : {off, on, rotated, rotated_off, on}) {
        begin(*database, target);
        CHECK(database->form().converting);
        CHECK(status_of([&] { begin(*database, {!target.encrypted, 1}); }) == Status::ERR_NOT_POSSIBLE);
        while (!database->convert(3)) {
            work(*database, ++version);
            if (version % 3 == 0) database->execute("PRAGMA wal_checkpoint(PASSIVE)");
            if (version % 5 == 0) {
                database.reset();
                database = std::make_unique<Database>(files.folder(), "main.db", both_keys());
            }
            REQUIRE(holds_rows(*database));
        }
        CHECK(is(*database, target));
        work(*database, ++version);
        CHECK(shows_marker(test::read_raw(files.database_path())) == !target.encrypted);
        CHECK(shows_marker(test::read_raw(files.wal_path())) == !target.encrypted);
        CHECK_FALSE(files.folder().exists("main.db-convert"));
    }
    CHECK(version > 20);
    database.reset();
    Database again(files.folder(), "main.db", test_key(5));
    CHECK(holds_rows(again));
}

TEST_CASE("after a rotation the old key is neither needed nor of use") {
    test::DatabaseFolder files;
    {
        Database database(files.folder(), "main.db", both_keys());
        fill_pages(database);
        database.checkpoint();
        work(database, 1);  // a log whose room is kept
        begin(database, rotated);
        while (!database.convert(10)) {
        }
        database.drop_key(1);
        CHECK(holds_rows(database));
    }
    CHECK(status_of([&] { Database(files.folder(), "main.db", test_key(5)); }) == Status::ERR_CORRUPT);
    DatabaseKeys only;
    only.put(2, test_key(6));
    Database database(files.folder(), "main.db", only);
    CHECK_FALSE(database.report().damaged_tail);  // no frame is left that only the old key opens
    CHECK(holds_rows(database));
}

TEST_CASE("no conversion runs inside a transaction or a query") {
    test::DatabaseFolder files;
    const auto database = files.open();
    fill_pages(*database);
    begin(*database, off);
    {
        const Transaction transaction(*database);
        CHECK(status_of([&] { database->convert(3); }) == Status::ERR_NOT_POSSIBLE);
    }
    {
        auto query = database->query("SELECT id FROM t");
        REQUIRE(query.next());
        CHECK(status_of([&] { database->convert(3); }) == Status::ERR_NOT_POSSIBLE);
    }
    CHECK_FALSE(database->convert(3));
}

TEST_CASE(
    "a power cut at any moment of a conversion loses nothing, raises no alarm, and the rest follows at "
    "leisure") {
    int states = 0;
    for (int seed = 0; seed < test::rounds("MYQSEC_CONVERSION_ROUNDS", 4); ++seed) {
        const auto disk = std::make_shared<test::PowerCutDisk>(static_cast<unsigned>(seed));
        test::PowerCutFolder folder(disk);
        Database::create(folder, "main.db", test_key());
        Database database(folder, "main.db", both_keys());
        fill_pages(database);
        database.checkpoint();
        std::int64_t version = 0;
        std::int64_t acknowledged = 0;
        Target target = on;
        const auto check = [&] {
            if (disk->random() % 3 != 0) return;
            ++states;
            test::PowerCutFolder rest(disk->cut());
            Database again(rest, "main.db", both_keys());
            REQUIRE(holds_rows(again));
            REQUIRE(scalar(again, "SELECT version FROM t WHERE id = 1") >= acknowledged);
            if (states % 4 != 0) return;
            work(again, version + 1);
            while (!again.convert(7)) {
            }
            REQUIRE(holds_rows(again));
        };
        disk->at_every_write(check);
        disk->at_every_rename(check);
        for (const Target next : {off, rotated, rotated_off, on}) {
            target = next;
            begin(database, target);
            while (!database.convert(1 + disk->random() % 9)) {
                if (disk->random() % 2 == 0) continue;
                work(database, ++version);
                acknowledged = version;
            }
        }
    }
    MESSAGE("states after a power cut: " << states);
    CHECK(states > 100);
}

namespace {

/// False when the conversions ended before call n.
bool conversion_survives(test::Fault fault, std::uint64_t n) {
    const test::TemporaryFolder temporary;
    const auto plain = temporary.open();
    Database::create(*plain, "main.db", test_key());
    {
        Database database(*plain, "main.db", both_keys());
        fill_pages(database);
    }
    const auto plan = std::make_shared<test::FaultPlan>(test::FaultPlan{fault, n});
    std::int64_t acknowledged = 0;
    try {
        test::FaultFolder faulty(temporary.open(), plan);
        Database database(faulty, "main.db", both_keys());
        for (const Target target : {off, rotated}) {
            bool begun = false;
            for (int attempts = 0; attempts < 12; ++attempts) {
                try {
                    if (!begun && !database.form().converting) begin(database, target);
                    begun = true;
                    if (database.convert(9)) break;
                    work(database, acknowledged + 1);
                    ++acknowledged;
                } catch (const Error&) {
                }
            }
        }
    } catch (const Error&) {
    }
    CAPTURE(n);
    Database database(*plain, "main.db", both_keys());
    CHECK(holds_rows(database));
    CHECK(scalar(database, "SELECT version FROM t WHERE id = 1") >= acknowledged);
    while (!database.convert(50)) {
    }
    CHECK(holds_rows(database));
    return plan->struck();
}

}  // namespace

TEST_CASE("any one failed call amid a conversion loses nothing, and the conversion can be finished") {
    using test::Fault;
    for (const Fault fault : {Fault::io_error, Fault::short_write, Fault::sync_failure}) {
        CAPTURE(static_cast<int>(fault));
        const auto stride = static_cast<std::uint64_t>(test::rounds("MYQSEC_FAULT_STRIDE", 9));
        std::uint64_t n = 1;
        while (conversion_survives(fault, n))
            n += stride;
        MESSAGE("calls of this kind: " << n);
    }
}

TEST_CASE("a process killed at any moment of a conversion loses nothing acknowledged") {
    const test::TemporaryFolder temporary;
    const auto folder = temporary.open();
    Database::create(*folder, "main.db", test_key());
    {
        Database database(*folder, "main.db", both_keys());
        fill_pages(database);
    }
    const test::SharedMemory<std::atomic<std::int64_t>> shared;
    auto& acknowledged = *shared;
    std::mt19937 random(5);
    for (int round = 0; round < test::rounds("MYQSEC_KILL_ROUNDS", 30); ++round) {
        const pid_t child = ::fork();
        REQUIRE(child >= 0);
        if (child == 0) {
            try {
                const auto own = open_folder(temporary.path(), false);
                Database database(*own, "main.db", both_keys());
                for (;;) {
                    if (database.convert(4))
                        begin(database, {!database.form().encrypted, database.form().key_version % 2 + 1});
                    work(database, acknowledged + 1);
                    ++acknowledged;
                }
            } catch (const std::exception&) {
                ::_exit(1);
            }
        }
        ::usleep(static_cast<useconds_t>(2000 + random() % 60000));
        ::kill(child, SIGKILL);
        int status = 0;
        ::waitpid(child, &status, 0);
        REQUIRE(WIFSIGNALED(status));
        Database database(*folder, "main.db", both_keys());
        REQUIRE(holds_rows(database));
        const std::int64_t seen = scalar(database, "SELECT version FROM t WHERE id = 1");
        REQUIRE(seen >= acknowledged);
        acknowledged = seen;
    }
    MESSAGE("acknowledged transactions: " << acknowledged.load());
}

namespace {

/// Images taken at every write of a conversion.
std::vector<DiskImage> images_of_a_conversion() {
    std::vector<DiskImage> images;
    test::MemoryDatabase living;
    fill_pages(*living);
    living->checkpoint();
    living.disk->at_every_write([&] { images.push_back(living.image()); });
    begin(*living, off);
    while (!living->convert(5)) {
    }
    return images;
}

}  // namespace

TEST_CASE("files altered amid a conversion are noticed, or it goes on as if they had not been") {
    auto images = images_of_a_conversion();
    std::mt19937 random(9);
    int refused = 0;
    int whole = 0;
    for (int i = 0; i < test::rounds("MYQSEC_REPLAYS", 1000); ++i) {
        DiskImage altered = images[random() % images.size()];
        const DiskImage& other = images[random() % images.size()];
        // A file of another moment, none at all, or a flipped bit.
        const auto name =
            std::next(altered.files.begin(), static_cast<long>(random() % altered.files.size()))->first;
        const auto how = random() % 3;
        if (how == 0 && other.files.contains(name)) {
            altered.files[name] = other.files.at(name);
        } else if (how == 1 || altered.files[name].empty()) {
            altered.files.erase(name);
            if (name == "main.db") continue;
        } else {
            altered.files[name][random() % altered.files[name].size()] ^= 1;
        }
        bool sound = false;
        const Status status = status_of([&] {
            test::MemoryDatabase opened(altered);
            scalar(*opened, "SELECT count(*) FROM t WHERE text = ''");
            sound = holds_rows(*opened);
            while (!opened->convert(7)) {
            }
            sound = sound && holds_rows(*opened);
        });
        if (status == Status::OK) {
            REQUIRE(sound);
            ++whole;
        } else {
            REQUIRE((status == Status::ERR_TAMPERED || status == Status::ERR_CORRUPT));
            ++refused;
        }
    }
    MESSAGE("refused: " << refused << ", unharmed: " << whole);
    CHECK(refused > 0);
}

TEST_CASE("a readable database detects replayed pages and forged ones as an encrypted one does") {
    test::MemoryDatabase living;
    fill_pages(*living);
    begin(*living, off);
    while (!living->convert(50)) {
    }
    DiskImage old = living.image();
    work(*living, 1);
    living->checkpoint();
    DiskImage now = living.image();
    REQUIRE(old.main().size() == now.main().size());
    int differing = 0;
    for (std::size_t at = 0; at < now.main().size(); at += 4096) {
        const auto from = static_cast<std::ptrdiff_t>(at);
        if (std::equal(old.main().begin() + from, old.main().begin() + from + 4096,
                       now.main().begin() + from))
            continue;
        DiskImage mixed = now;
        std::copy_n(old.main().begin() + from, 4096, mixed.main().begin() + from);
        CHECK(test::status_of_reading(mixed) == Status::ERR_TAMPERED);
        ++differing;
    }
    CHECK(differing > 5);
    DiskImage forged = now;
    const auto place = as_text(forged.main()).find(marker);
    REQUIRE(place != std::string_view::npos);
    forged.main()[place] = 'm';
    CHECK(status_of([&] {
              test::MemoryDatabase opened(forged);
              scalar(*opened, "SELECT count(*) FROM t WHERE text = ''");
          }) == Status::ERR_CORRUPT);
}
