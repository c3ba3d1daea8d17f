// Pages and files put back from earlier: whoever can write the files can't make the database show what never
// was.
#include <random>

#include "base/rounds.hpp"
#include "storage/disk_image.hpp"
#include "storage/pages/page_file.hpp"
#include "storage/wal/wal_recovery.hpp"

using namespace myqsec;
using namespace myqsec::storage;
using test::DiskImage;
using test::MemoryDatabase;
using test::scalar;
using test::status_of;
using test::status_of_reading;

namespace {

int tries() {
    return test::rounds("MYQSEC_REPLAYS", 1000);
}

constexpr int rows = 200;

void fill(Database& database) {
    database.execute(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, state INTEGER, filler BLOB); CREATE INDEX i ON t (state)");
    Transaction transaction(database);
    for (int i = 1; i <= rows; ++i)
        database.run("INSERT INTO t VALUES ($1, 0, randomblob(700))", i);
    transaction.commit();
    database.checkpoint();
}

/// Changes a few rows; every state says which it is.
void step(Database& database, int state, std::mt19937& random) {
    Transaction transaction(database);
    for (int i = 0; i < 12; ++i) {
        database.run("UPDATE t SET state = $1, filler = randomblob(700) WHERE id = $2", state,
                     static_cast<std::int64_t>(random() % rows + 1));
    }
    database.run("UPDATE t SET state = $1 WHERE id = 1", state);
    transaction.commit();
}

void read_everything(Database& database) {
    scalar(database, "SELECT count(*) FROM t NOT INDEXED WHERE filler = zeroblob(700)");
    scalar(database, "SELECT count(*) FROM t INDEXED BY i WHERE state >= 0");
}

std::int64_t state_of(const DiskImage& image, const DatabaseOptions& options = {}) {
    MemoryDatabase opened(image, options);
    return scalar(*opened, "SELECT state FROM t WHERE id = 1");
}

/// Images of a living database: most with transactions in the log, some freshly or partly checkpointed.
std::vector<DiskImage> history(int states) {
    std::mt19937 random(3);
    MemoryDatabase living;
    fill(*living);
    std::vector<DiskImage> images;
    for (int state = 1; state <= states; ++state) {
        step(*living, state, random);
        if (state % 5 == 0) living->checkpoint();
        if (state % 7 == 0) living->execute("PRAGMA wal_checkpoint(PASSIVE)");
        images.push_back(living.image());
    }
    return images;
}

std::size_t page_count(const Bytes& main) {
    return main.size() / page_size;
}
Bytes::iterator page_at(Bytes& main, std::size_t index) {
    return main.begin() + static_cast<std::ptrdiff_t>(index * page_size);
}

/// The pages in which two images' database files differ, and which the second's log does not replace.
std::vector<std::size_t> differing_pages(DiskImage& old, DiskImage& now) {
    test::PowerCutFolder folder(now.disk());
    const DatabaseKeys keys(test::test_key());
    const auto identity = read_clear_header(*folder.open("main.db"), "main.db").identity;
    const WalLog log = recover_wal(*folder.open("main.db-wal"), identity, keys, "main.db-wal").log;
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < std::min(page_count(old.main()), page_count(now.main())); ++i) {
        if (log.covers(static_cast<std::uint32_t>(i + 1))) continue;
        if (!std::equal(page_at(old.main(), i), page_at(old.main(), i + 1), page_at(now.main(), i)))
            out.push_back(i);
    }
    return out;
}

}  // namespace

TEST_CASE("an earlier version of a page put back while the database is open is noticed when it is read") {
    std::mt19937 random(1);
    MemoryDatabase living;
    fill(*living);
    living->execute("PRAGMA cache_size = 10");
    DiskImage old = living.image();
    for (int state = 1; state < 12; ++state)
        step(*living, state, random);
    living->checkpoint();
    DiskImage now = living.image();
    const auto pages = differing_pages(old, now);
    REQUIRE(pages.size() > 10);
    Bytes& on_disk = living.disk->names().at("main.db")->seen;
    int noticed = 0;
    for (int i = 0; i < tries(); ++i) {
        const std::size_t page = pages[random() % pages.size()];
        std::copy_n(page_at(old.main(), page), page_size, page_at(on_disk, page));
        living->execute("PRAGMA shrink_memory");
        const auto as_it_is = living->lock();
        if (status_of([&] { read_everything(*living); }) == Status::ERR_TAMPERED) ++noticed;
        std::copy_n(page_at(now.main(), page), page_size, page_at(on_disk, page));
    }
    CHECK(noticed == tries());
    living->execute("PRAGMA shrink_memory");
    CHECK(test::is_sound(*living));
}

TEST_CASE("earlier versions of some pages put back into a closed or crashed database raise the alarm") {
    std::mt19937 random(2);
    auto images = history(40);
    int noticed = 0;
    for (int i = 0; i < tries();) {
        DiskImage& old = images[random() % images.size()];
        DiskImage mixed = images[random() % images.size()];
        const auto pages = differing_pages(old, mixed);
        if (pages.empty()) continue;
        const std::size_t first = random() % pages.size();
        const std::size_t count = 1 + random() % (pages.size() - first);
        for (std::size_t p = first; p < first + count; ++p)
            std::copy_n(page_at(old.main(), pages[p]), page_size, page_at(mixed.main(), pages[p]));
        ++i;
        if (status_of_reading(mixed) == Status::ERR_TAMPERED) ++noticed;
    }
    CHECK(noticed == tries());
}

TEST_CASE("a database file and a log of two different times raise the alarm") {
    std::mt19937 random(3);
    auto images = history(40);
    int noticed = 0;
    for (int i = 0; i < tries();) {
        DiskImage& one = images[random() % images.size()];
        DiskImage mixed = images[random() % images.size()];
        if (differing_pages(one, mixed).empty()) continue;  // to their log both files are the same
        mixed.main() = one.main();
        ++i;
        if (status_of_reading(mixed) == Status::ERR_TAMPERED) ++noticed;
    }
    CHECK(noticed == tries());
}

TEST_CASE("frames of two different times in one log never show a state that never was") {
    std::mt19937 random(4);
    auto images = history(40);
    int mixes = 0;
    for (int i = 0; i < tries(); ++i) {
        DiskImage& old = images[random() % images.size()];
        DiskImage mixed = images[random() % images.size()];
        Bytes& log = mixed.wal();
        const std::size_t frames =
            (std::min(log.size(), old.wal().size()) - wal_frames_offset) / wal_frame_size;
        if (frames == 0) continue;
        const auto from = static_cast<std::ptrdiff_t>(wal_frame_offset(random() % frames + 1));
        std::copy(old.wal().begin() + from, old.wal().begin() + from + wal_frame_size, log.begin() + from);
        ++mixes;
        std::int64_t shown = -1;
        const Status status = status_of([&] { shown = state_of(mixed); });
        if (status == Status::ERR_TAMPERED) continue;
        REQUIRE(status == Status::OK);
        // The whole state of one of the commits, or what the untouched image shows.
        REQUIRE(status_of_reading(mixed) == Status::OK);
        REQUIRE(shown >= 0);
        MemoryDatabase opened(mixed);
        REQUIRE(scalar(*opened, "SELECT max(state) FROM t") == shown);
    }
    CHECK(mixes > tries() / 2);
}

TEST_CASE("two pages that change places are noticed") {
    std::mt19937 random(5);
    auto images = history(12);
    int noticed = 0;
    for (int i = 0; i < tries();) {
        DiskImage mixed = images[random() % images.size()];
        DiskImage none;
        none.main().resize(mixed.main().size());
        const auto pages = differing_pages(none, mixed);
        const std::size_t a = pages[random() % pages.size()];
        const std::size_t b = pages[random() % pages.size()];
        if (a == b) continue;
        std::swap_ranges(page_at(mixed.main(), a), page_at(mixed.main(), a + 1), page_at(mixed.main(), b));
        ++i;
        if (status_of_reading(mixed) == Status::ERR_CORRUPT) ++noticed;
    }
    CHECK(noticed == tries());
}

namespace {

/// As a TPM keeps it: outside all files.
class TestCounter final : public OutsideCounter {
 public:
    std::uint64_t value = 0;
    int advances = 0;
    bool broken = false;

    std::uint64_t read() override { return value; }
    void advance(std::uint64_t to) override {
        if (broken) fail(Status::ERR_CALLBACK, "the counter does not answer");
        REQUIRE(to == value + 1);
        value = to;
        ++advances;
    }
};

DatabaseOptions with(TestCounter& counter, Duration interval = {}) {
    DatabaseOptions options;
    options.counter = {&counter, interval};
    return options;
}

/// Accepts that the counter is not there.
DatabaseOptions lacking() {
    DatabaseOptions options;
    options.counter.may_lack = true;
    return options;
}

}  // namespace

TEST_CASE(
    "a whole earlier state raises the alarm with its outside counter, and opens without one if accepted") {
    std::mt19937 random(6);
    TestCounter counter;
    std::vector<DiskImage> images;
    constexpr int states = 30;
    {
        MemoryDatabase living(with(counter));
        fill(*living);
        for (int state = 1; state <= states; ++state) {
            step(*living, state, random);
            if (state % 6 == 0) living->checkpoint();
            images.push_back(living.image());
        }
    }
    int opened = 0;
    int noticed = 0;
    for (int i = 0; i < tries(); ++i) {
        const int state = static_cast<int>(random() % (states - 1));
        TestCounter same = counter;
        const DiskImage& earlier = images[static_cast<std::size_t>(state)];
        if (state_of(earlier, lacking()) == state + 1) ++opened;
        CHECK(status_of_reading(earlier) == Status::ERR_TAMPERED);
        if (status_of_reading(earlier, with(same)) == Status::ERR_TAMPERED) ++noticed;
    }
    CHECK(opened == tries());
    CHECK(noticed == tries());
    CHECK(state_of(images.back(), with(counter)) == states);
}

TEST_CASE(
    "a log cut inside a transaction shows the state before it or raises the alarm; a counter always does") {
    std::mt19937 random(7);
    TestCounter counter;
    MemoryDatabase living(with(counter));
    fill(*living);
    for (int state = 1; state <= 6; ++state)
        step(*living, state, random);
    const DiskImage whole = living.image();
    int noticed = 0;
    for (int i = 0; i < tries(); ++i) {
        DiskImage cut = whole;
        const std::size_t length = cut.wal().size() - wal_frames_offset;
        cut.wal().resize(wal_frames_offset + random() % length);
        MemoryDatabase opened(cut, lacking());
        CHECK(opened->report().counter_lacked);
        const std::int64_t state = scalar(*opened, "SELECT state FROM t WHERE id = 1");
        REQUIRE(state == static_cast<std::int64_t>(opened->report().recovered_transactions));
        REQUIRE(scalar(*opened, "SELECT max(state) FROM t") == state);
        TestCounter same = counter;
        if (status_of_reading(cut, with(same)) == Status::ERR_TAMPERED) ++noticed;
    }
    CHECK(noticed == tries());
}

TEST_CASE("a crash between a commit and its counter's advance costs nothing") {
    std::mt19937 random(8);
    TestCounter counter;
    MemoryDatabase living(with(counter));
    fill(*living);
    step(*living, 1, random);
    TestCounter before = counter;
    step(*living, 2, random);
    const DiskImage image = living.image();
    CHECK(counter.value == before.value + 1);
    CHECK(state_of(image, with(before)) == 2);
    CHECK(before.value >= counter.value);
    TestCounter set_back;
    CHECK(status_of_reading(image, with(set_back)) == Status::ERR_TAMPERED);
}

TEST_CASE("what a commit whose counter does not answer has come to is unknown until the next opening") {
    std::mt19937 random(9);
    TestCounter counter;
    DiskImage image;
    {
        MemoryDatabase living(with(counter));
        fill(*living);
        counter.broken = true;
        CHECK(status_of([&] { step(*living, 1, random); }) == Status::ERR_OUTCOME_UNKNOWN);
        counter.broken = false;
        CHECK(status_of([&] { step(*living, 2, random); }) == Status::ERR_OUTCOME_UNKNOWN);
        CHECK(status_of([&] { (void)scalar(*living, "SELECT max(state) FROM t"); }) ==
              Status::ERR_OUTCOME_UNKNOWN);
        image = living.image();
    }
    CHECK(state_of(image, with(counter)) == 1);
}

TEST_CASE("a counter that wears out is advanced no more often than asked") {
    std::mt19937 random(10);
    TestCounter counter;
    {
        MemoryDatabase living(with(counter, std::chrono::hours(1)));
        fill(*living);
        for (int state = 1; state < 20; ++state)
            step(*living, state, random);
    }
    CHECK(counter.advances == 1);
}
