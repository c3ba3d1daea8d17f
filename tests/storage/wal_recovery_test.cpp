// Damage to the write-ahead log: an accident costs the last transaction at most, anything else raises an
// alarm.
#include "storage/wal/wal_recovery.hpp"

#include <filesystem>
#include <random>

#include "base/rounds.hpp"
#include "storage/database_fixture.hpp"

using namespace myqsec;
using namespace myqsec::storage;
using test::read_raw;
using test::rounds;
using test::scalar;
using test::status_of;
using test::write_raw;

namespace {

/// Copies of a database's files, taken while it was open: what a crash leaves behind.
class Crashed {
 public:
    explicit Crashed(test::DatabaseFolder& files)
        : database_(read_raw(files.database_path())), wal_(read_raw(files.wal_path())) {
        restore();
    }

    Bytes& wal() { return wal_; }
    Bytes& database() { return database_; }
    void restore() const {
        write_raw(files_.path() + "/main.db", database_);
        write_raw(files_.path() + "/main.db-wal", wal_);
    }
    void restore_wal(ByteView wal) const {
        write_raw(files_.path() + "/main.db", database_);
        write_raw(files_.path() + "/main.db-wal", wal);
    }
    void remove_wal() const { std::filesystem::remove(files_.path() + "/main.db-wal"); }
    std::unique_ptr<Database> open() {
        folder_ = files_.open();
        return std::make_unique<Database>(*folder_, "main.db", test::test_key());
    }

 private:
    test::TemporaryFolder files_;
    std::unique_ptr<Folder> folder_;
    Bytes database_;
    Bytes wal_;
};

constexpr int transactions = 20;

/// A log of one schema transaction and `transactions` of one row each; the last spans several frames.
void fill_log(Database& database) {
    database.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, filler BLOB)");
    for (int i = 1; i < transactions; ++i)
        database.run("INSERT INTO t VALUES ($1, randomblob(100))", i);
    database.run("INSERT INTO t VALUES ($1, randomblob(20000))", transactions);
}

std::uint64_t frame_count(const Bytes& wal) {
    return (wal.size() - wal_frames_offset) / wal_frame_size;
}

WalFrameHeader header_at(const Bytes& wal, std::uint64_t frame) {
    return WalFrameHeader::load(wal.data() + wal_frame_offset(frame));
}

}  // namespace

TEST_CASE("a log left by a crash gives back every transaction") {
    test::DatabaseFolder files;
    const auto database = files.open();
    fill_log(*database);
    Crashed crashed(files);
    const auto again = crashed.open();
    CHECK(scalar(*again, "SELECT count(*) FROM t") == transactions);
    CHECK(again->report().recovered_transactions == transactions + 1);
    CHECK_FALSE(again->report().damaged_tail);
    CHECK(test::is_sound(*again));
}

TEST_CASE("a flipped bit before a later transaction raises the alarm, wherever it is") {
    test::DatabaseFolder files;
    const auto database = files.open();
    fill_log(*database);
    Crashed crashed(files);
    const Bytes& wal = crashed.wal();
    const std::uint64_t last = header_at(wal, frame_count(wal)).transaction;
    std::mt19937 random(7);
    int tries = 0;
    for (std::uint64_t frame = 1; header_at(wal, frame).transaction < last; ++frame) {
        for (int i = 0; i < rounds("MYQSEC_WAL_FLIPS", 48); ++i, ++tries) {
            Bytes altered = wal;
            // The header's fields in turn, then anywhere.
            const std::size_t within = i < 8 ? std::size_t(i) * 8 + 3 : random() % wal_frame_size;
            altered[wal_frame_offset(frame) + within] ^= static_cast<std::uint8_t>(1U << (random() % 8));
            crashed.restore_wal(altered);
            CHECK(status_of([&] { crashed.open(); }) == Status::ERR_TAMPERED);
        }
    }
    MESSAGE("altered logs: " << tries);
}

TEST_CASE("frames swapped, repeated or taken out raise the alarm") {
    test::DatabaseFolder files;
    const auto database = files.open();
    fill_log(*database);
    Crashed crashed(files);
    const auto at = [](Bytes& wal, std::uint64_t frame) {
        return wal.begin() + static_cast<std::ptrdiff_t>(wal_frame_offset(frame));
    };
    Bytes swapped = crashed.wal();
    std::swap_ranges(at(swapped, 4), at(swapped, 5), at(swapped, 5));
    crashed.restore_wal(swapped);
    CHECK(status_of([&] { crashed.open(); }) == Status::ERR_TAMPERED);
    Bytes repeated = crashed.wal();
    std::copy(at(repeated, 4), at(repeated, 5), at(repeated, 5));
    crashed.restore_wal(repeated);
    CHECK(status_of([&] { crashed.open(); }) == Status::ERR_TAMPERED);
}

TEST_CASE("damage in the last transaction shows the state before it, and says so") {
    test::DatabaseFolder files;
    const auto database = files.open();
    fill_log(*database);
    Crashed crashed(files);
    const Bytes& wal = crashed.wal();
    const std::uint64_t count = frame_count(wal);
    const std::uint64_t last = header_at(wal, count).transaction;
    for (std::uint64_t frame = count; header_at(wal, frame).transaction == last; --frame) {
        for (const std::size_t within : {0U, 5U, 15U, 23U, 30U, 41U, 2000U, 4095U, 4135U}) {
            Bytes altered = wal;
            altered[wal_frame_offset(frame) + within] ^= 0x10;
            crashed.restore_wal(altered);
            const auto again = crashed.open();
            CHECK(scalar(*again, "SELECT count(*) FROM t") == transactions - 1);
            CHECK(again->report().damaged_tail);
        }
    }
}

TEST_CASE("work goes on behind a damaged tail, and later openings raise no alarm") {
    test::DatabaseFolder files;
    const auto database = files.open();
    fill_log(*database);
    Crashed crashed(files);
    const std::uint64_t count = frame_count(crashed.wal());
    crashed.wal()[wal_frame_offset(count - 3) + 100] ^= 1;
    crashed.restore();
    const auto again = crashed.open();
    again->run("INSERT INTO t VALUES (100, NULL)");
    again->run("INSERT INTO t VALUES (101, NULL)");
    const auto copy = again->query("SELECT 1");
    CHECK(scalar(*again, "SELECT count(*) FROM t") == transactions + 1);
}

TEST_CASE("a log cut at any length opens with the transactions before the cut") {
    test::DatabaseFolder files;
    const auto database = files.open();
    fill_log(*database);
    Crashed crashed(files);
    const Bytes& wal = crashed.wal();
    for (std::uint64_t frame = 1; frame <= frame_count(wal); ++frame) {
        for (const std::size_t more : {0U, 1U, 39U, 40U, 41U, 2048U, 4135U}) {
            const std::size_t length = wal_frame_offset(frame) + more;
            crashed.restore_wal(ByteView(wal).first(length));
            const auto again = crashed.open();
            CHECK(again->report().damaged_tail == (more != 0));
            if (frame < 2) continue;
            const auto expected = header_at(wal, frame).transaction - 1;
            CHECK(again->report().recovered_transactions == expected);
        }
    }
}

TEST_CASE("garbage behind the log is reported and harmless") {
    test::DatabaseFolder files;
    const auto database = files.open();
    fill_log(*database);
    Crashed crashed(files);
    for (const std::size_t size : {1U, 40U, 4136U, 9000U}) {
        Bytes longer = crashed.wal();
        longer.resize(longer.size() + size, 0xA5);
        crashed.restore_wal(longer);
        const auto again = crashed.open();
        CHECK(scalar(*again, "SELECT count(*) FROM t") == transactions);
        CHECK(again->report().damaged_tail);
    }
}

TEST_CASE("one torn header slot is an accident, two are not, and neither is losing the slot in use") {
    test::DatabaseFolder files;
    const auto database = files.open();
    fill_log(*database);
    Crashed crashed(files);
    const std::uint64_t in_use = header_at(crashed.wal(), 1).generation % 2;
    Bytes other = crashed.wal();
    other[(1 - in_use) * wal_slot_spacing + 50] ^= 1;
    crashed.restore_wal(other);
    CHECK(scalar(*crashed.open(), "SELECT count(*) FROM t") == transactions);
    Bytes used = crashed.wal();
    used[in_use * wal_slot_spacing + 50] ^= 1;
    crashed.restore_wal(used);
    CHECK(status_of([&] { crashed.open(); }) == Status::ERR_TAMPERED);
    other[in_use * wal_slot_spacing + 50] ^= 1;
    crashed.restore_wal(other);
    CHECK(status_of([&] { crashed.open(); }) == Status::ERR_TAMPERED);
}

TEST_CASE("an emptied, shortened or missing log raises the alarm: no crash takes it away") {
    test::DatabaseFolder files;
    const auto database = files.open();
    database->execute("CREATE TABLE t (id INTEGER PRIMARY KEY)");
    database->checkpoint();
    database->run("INSERT INTO t VALUES (1)");
    Crashed crashed(files);
    crashed.restore_wal({});
    CHECK(status_of([&] { crashed.open(); }) == Status::ERR_TAMPERED);
    crashed.restore_wal(ByteView(crashed.wal()).first(50));
    CHECK(status_of([&] { crashed.open(); }) == Status::ERR_TAMPERED);
    crashed.restore();
    crashed.remove_wal();
    CHECK(status_of([&] { crashed.open(); }) == Status::ERR_TAMPERED);
}

TEST_CASE("a log that was begun anew ignores the longer one it overwrites") {
    test::DatabaseFolder files;
    const auto database = files.open();
    fill_log(*database);
    // A passive checkpoint keeps the file: the next transaction starts over at its beginning.
    database->execute("PRAGMA wal_checkpoint(PASSIVE)");
    database->run("INSERT INTO t VALUES (50, NULL)");
    Crashed crashed(files);
    CHECK(frame_count(crashed.wal()) > 20);
    const auto again = crashed.open();
    CHECK(scalar(*again, "SELECT count(*) FROM t") == transactions + 1);
    CHECK(again->report().recovered_transactions == 1);
    CHECK_FALSE(again->report().damaged_tail);
}

TEST_CASE("spilled and rolled back frames behind the last commit are no damage") {
    test::DatabaseFolder files;
    const auto database = files.open();
    fill_log(*database);
    database->execute("PRAGMA cache_size = 5");
    {
        const Transaction transaction(*database);
        for (int i = 100; i < 160; ++i)
            database->run("INSERT INTO t VALUES ($1, randomblob(3000))", i);
    }
    Crashed unfinished(files);
    {
        const auto again = unfinished.open();
        CHECK(scalar(*again, "SELECT count(*) FROM t") == transactions);
        CHECK_FALSE(again->report().damaged_tail);
    }
    database->run("INSERT INTO t VALUES (200, NULL)");
    database->run("INSERT INTO t VALUES (201, NULL)");
    Crashed crashed(files);
    const auto again = crashed.open();
    CHECK(scalar(*again, "SELECT count(*) FROM t") == transactions + 2);
    CHECK_FALSE(again->report().damaged_tail);
    CHECK(test::is_sound(*again));
}

TEST_CASE("a transaction that rewrote spilled pages recovers in its last form") {
    test::DatabaseFolder files;
    const auto database = files.open();
    fill_log(*database);
    database->execute("PRAGMA cache_size = 5");
    {
        Transaction transaction(*database);
        for (int i = 100; i < 160; ++i)
            database->run("INSERT INTO t VALUES ($1, randomblob(2000))", i);
        for (int round = 0; round < 3; ++round)
            database->run("UPDATE t SET filler = zeroblob(2000) WHERE id >= 100");
        transaction.commit();
    }
    Crashed crashed(files);
    const auto again = crashed.open();
    CHECK(scalar(*again, "SELECT count(*) FROM t WHERE id >= 100 AND filler = zeroblob(2000)") == 60);
    CHECK_FALSE(again->report().damaged_tail);
    CHECK(test::is_sound(*again));
}

TEST_CASE("a log of another database or key is refused") {
    test::DatabaseFolder files;
    test::DatabaseFolder others;
    const auto database = files.open();
    const auto other = others.open();
    fill_log(*database);
    fill_log(*other);
    Crashed crashed(files);
    crashed.restore_wal(read_raw(others.wal_path()));
    CHECK(status_of([&] { crashed.open(); }) == Status::ERR_TAMPERED);
}

TEST_CASE("frames of a rolled back transaction never stand in for lost ones of its successor") {
    test::DatabaseFolder files;
    const auto database = files.open();
    fill_log(*database);
    database->execute("PRAGMA cache_size = 5");
    {
        const Transaction transaction(*database);
        for (int i = 100; i < 160; ++i)
            database->run("INSERT INTO t VALUES ($1, randomblob(3000))", i);
    }
    const Bytes spilled = Crashed(files).wal();
    database->run("INSERT INTO t VALUES (200, randomblob(20000))");
    Crashed crashed(files);
    const Bytes& wal = crashed.wal();
    std::uint64_t commit = 1;
    while (header_at(wal, commit).transaction != transactions + 2 || header_at(wal, commit).commit == 0)
        ++commit;
    int mixtures = 0;
    for (std::uint64_t frame = commit - 1; header_at(wal, frame).transaction == transactions + 2;
         --frame, ++mixtures) {
        const auto at = static_cast<std::ptrdiff_t>(wal_frame_offset(frame));
        REQUIRE(header_at(spilled, frame).transaction ==
                transactions + 2);  // same number, authentic in this place
        Bytes mixed = wal;
        std::copy_n(spilled.begin() + at, wal_frame_size, mixed.begin() + at);
        crashed.restore_wal(mixed);
        const auto again = crashed.open();
        CHECK(scalar(*again, "SELECT count(*) FROM t") == transactions);
        CHECK(again->report().damaged_tail);
    }
    CHECK(mixtures > 2);
}

TEST_CASE("a log begun anew overwrites its predecessor, whose room stays up to a limit") {
    test::DatabaseFolder files;
    const auto database = files.open();
    fill_log(*database);
    database->checkpoint();
    CHECK(read_raw(files.wal_path()).size() ==
          wal_frames_offset);  // of frames from before the opening: nothing

    constexpr int rows = 40;
    for (int i = 1; i <= rows; ++i)
        database->run("INSERT INTO t VALUES ($1, randomblob(9000))", 1000 + i);
    const std::size_t grown = read_raw(files.wal_path()).size();
    CHECK(grown > wal_frame_offset(rows));
    database->checkpoint();
    CHECK(read_raw(files.wal_path()).size() == grown);

    for (int i = 1; i <= 3; ++i) {  // crashes among frames of which the rest is the predecessor's
        database->run("INSERT INTO t VALUES ($1, NULL)", 2000 + i);
        Crashed crashed(files);
        CHECK(crashed.wal().size() == grown);
        const auto again = crashed.open();
        CHECK(scalar(*again, "SELECT count(*) FROM t") == transactions + rows + i);
        CHECK(again->report().recovered_transactions == static_cast<std::uint64_t>(i));
        CHECK_FALSE(again->report().damaged_tail);
    }

    database->run("INSERT INTO t VALUES (3000, randomblob(6000000))");
    database->checkpoint();
    CHECK(read_raw(files.wal_path()).size() == wal_frame_offset(1001));
}
