// Openings that take the marks of pages from their own file: they read little, and nothing put back from
// earlier gets past them for long.
#include <atomic>
#include <thread>

#include "storage/marks_fixture.hpp"

using namespace myqsec;
using namespace myqsec::storage;
using test::compare_all;
using test::DiskImage;
using test::marks_name;
using test::MemoryDatabase;
using test::opened_by_marks;
using test::pages_that_differ;
using test::put_page;
using test::state_of_row;
using test::status_of;

namespace {

constexpr int stored_rows = 1600;
constexpr int newest_rows = 1100;  ///< more than the marks file lists

/// Of a database whose last checkpoint wrote all pages but those of the first rows.
struct TwoTimes {
    DiskImage old;  ///< before any row had a state
    DiskImage now;  ///< rows have the state 1
};

TwoTimes two_times() {
    MemoryDatabase living;
    test::fill_rows(*living, stored_rows);
    TwoTimes out;
    out.old = living.image();
    test::set_rows(*living, 1, stored_rows - newest_rows, 1);
    living->checkpoint();
    test::set_rows(*living, stored_rows - newest_rows + 1, stored_rows, 1);
    living->checkpoint();
    out.now = living.image();
    return out;
}

const TwoTimes& times() {
    static const TwoTimes made = two_times();
    return made;
}

Status status_of_opening(const DiskImage& image) {
    return status_of([&] { MemoryDatabase opened(image); });
}

/// Page of a row that was not among those written last.
std::size_t unlisted_page() {
    auto now = times().now;
    auto old = times().old;
    const auto pages = pages_that_differ(old.main(), now.main());
    REQUIRE(pages.size() > newest_rows);
    return pages[100];
}

DiskImage with_page_put_back(std::size_t page) {
    DiskImage mixed = times().now;
    DiskImage old = times().old;
    put_page(mixed.main(), old.main(), page);
    return mixed;
}

}  // namespace

TEST_CASE("an opening reads no more of the database file than the pages written last") {
    DiskImage image = times().now;
    const auto pages = test::page_count(image.main());
    constexpr std::uint64_t besides = 20;  // page 1, the schema
    MemoryDatabase opened(image);
    CHECK(test::reads_of(*opened.disk, "main.db") < RecentPages::most + besides);
    CHECK(opened_by_marks(*opened));
    image.files.erase(std::string(marks_name));
    MemoryDatabase without(image);
    CHECK(test::reads_of(*without.disk, "main.db") >= pages);
    CHECK_FALSE(opened_by_marks(*without));
    CHECK(state_of_row(*opened, 1) == 1);
    CHECK(state_of_row(*without, stored_rows) == 1);
}

TEST_CASE("with transactions in the log, and after they are checkpointed, the marks serve the next opening") {
    DiskImage image = times().now;
    for (int round = 2; round < 8; ++round) {
        CAPTURE(round);
        MemoryDatabase opened(image);
        CHECK(opened_by_marks(*opened));
        test::set_rows(*opened, 300 * (round - 2) + 1, 300 * (round - 2) + 40, round);
        if (round % 3 == 0) opened->run("DELETE FROM t WHERE id > $1", stored_rows - round * 20);
        if (round == 4) opened->execute("VACUUM");
        if (round % 2 == 0) opened->checkpoint();
        if (round == 7) test::set_rows(*opened, 1, 500, round);
        image = opened.image();
        CHECK(image.files.contains(marks_name));
    }
    MemoryDatabase opened(image);
    CHECK(opened_by_marks(*opened));
    compare_all(*opened);
    CHECK_FALSE(opened->take_alarm());
    CHECK(test::is_sound(*opened));
    CHECK(state_of_row(*opened, 500) == 7);
}

TEST_CASE("a whole earlier database file is refused at opening, whatever marks are beside it") {
    DiskImage mixed = times().now;
    DiskImage old = times().old;
    mixed.main() = old.main();
    SUBCASE("the present ones") {}
    SUBCASE("its own") {
        mixed.files[std::string(marks_name)] = old.files.at(std::string(marks_name));
    }
    SUBCASE("none") {
        mixed.files.erase(std::string(marks_name));
    }
    CHECK(status_of_opening(mixed) == Status::ERR_TAMPERED);
}

TEST_CASE(
    "a whole earlier database file is refused if the log replaces all pages that are known as the last") {
    DiskImage image = times().now;
    image.files.erase(std::string(marks_name));
    MemoryDatabase living(image);  // knows of no page when it was written
    test::set_rows(*living, 5, 9, 2);
    living->checkpoint();
    test::set_rows(*living, 5, 9, 3);
    DiskImage mixed = living.image();
    CHECK(mixed.files.contains(marks_name));
    CHECK(test::status_of_reading(mixed) == Status::OK);
    DiskImage old = times().old;
    mixed.main() = old.main();
    CHECK(status_of_opening(mixed) == Status::ERR_TAMPERED);
}

TEST_CASE("which pages were written last is remembered over openings") {
    DiskImage image = times().now;
    for (int round = 0; round < 3; ++round) {
        MemoryDatabase living(image);
        REQUIRE(opened_by_marks(*living));
        test::set_rows(*living, 5, 9, 2);
        living->checkpoint();
        image = living.image();
    }
    MemoryDatabase living(image);
    test::set_rows(*living, 5, 9, 3);
    DiskImage mixed = living.image();
    CHECK(opened_by_marks(*MemoryDatabase(mixed).database));  // by pages of the first round
    DiskImage old = times().old;
    mixed.main() = old.main();
    CHECK(status_of_opening(mixed) == Status::ERR_TAMPERED);
}

TEST_CASE("earlier marks, or an earlier header of them, beside newer files harm nothing") {
    DiskImage mixed = times().now;
    const Bytes& earlier = times().old.files.at(std::string(marks_name));
    Bytes& marks = mixed.files.at(std::string(marks_name));
    SUBCASE("the file") {
        marks = earlier;
    }
    SUBCASE("its header") {
        std::copy_n(earlier.begin(), marks_header_size, marks.begin());
    }
    SUBCASE("all but its header") {
        std::copy(earlier.begin() + marks_header_size, earlier.end(), marks.begin() + marks_header_size);
    }
    MemoryDatabase opened(mixed);
    CHECK_FALSE(opened_by_marks(*opened));
    CHECK(test::is_sound(*opened));
    CHECK(state_of_row(*opened, 1) == 1);
    test::set_rows(*opened, 5, 9, 2);
    opened->checkpoint();
    CHECK(opened_by_marks(*MemoryDatabase(opened.image()).database));
    // Nothing is known any more of what was written when, but for these; and the log has them.
    test::set_rows(*opened, 5, 9, 3);
    CHECK_FALSE(opened_by_marks(*MemoryDatabase(opened.image()).database));
}

TEST_CASE("marks from before all that the log holds still serve") {
    MemoryDatabase living(times().now);
    test::set_rows(*living, 1, 40, 2);
    const DiskImage before = living.image();
    std::vector<DiskImage> images;
    living.disk->at_every_write([&] { images.push_back(living.image()); });
    living->checkpoint();
    living.disk->at_every_write({});
    int by_marks = 0;
    for (DiskImage& image : images) {
        image.files[std::string(marks_name)] = before.files.at(std::string(marks_name));
        MemoryDatabase opened(image);
        if (opened_by_marks(*opened)) ++by_marks;
        compare_all(*opened);
        REQUIRE_FALSE(opened->take_alarm());
        REQUIRE(state_of_row(*opened, 40) == 2);
    }
    CHECK(by_marks > 20);
}

TEST_CASE("an earlier log with its marks beside a later database file shows nothing that is not so") {
    MemoryDatabase living(times().old);
    test::set_rows(*living, 1, 100, 1);  // none of the pages that were written last before
    living->checkpoint();
    DiskImage mixed = times().old;
    const Bytes earlier = mixed.main();
    mixed.main() = living.image().main();
    REQUIRE(mixed.main() != earlier);
    {
        MemoryDatabase opened(mixed);
        CHECK(opened_by_marks(*opened));
        CHECK(status_of([&] { test::scalar(*opened, "SELECT sum(state) FROM t"); }) == Status::ERR_TAMPERED);
        CHECK(state_of_row(*opened, 1000) == 0);
        static_cast<void>(opened->take_alarm());
        compare_all(*opened);
        CHECK(opened->take_alarm());
    }
    mixed.files[std::string(marks_name)] = living.image().files.at(std::string(marks_name));
    CHECK(status_of_opening(mixed) == Status::ERR_TAMPERED);
    mixed.files.erase(std::string(marks_name));
    CHECK(status_of_opening(mixed) == Status::ERR_TAMPERED);
}

TEST_CASE("a single earlier page is refused when it is read") {
    MemoryDatabase opened(with_page_put_back(unlisted_page()));
    CHECK(status_of([&] { test::scalar(*opened, "SELECT sum(state) FROM t"); }) == Status::ERR_TAMPERED);
    CHECK(opened->take_alarm());
}

TEST_CASE("a single earlier page is found by the comparison, even if nobody reads it") {
    MemoryDatabase opened(with_page_put_back(unlisted_page()));
    int slices = 0;
    while (!opened->compare_pages(50))
        ++slices;
    CHECK(slices > stored_rows / 60);
    CHECK(opened->take_alarm());
    const auto reads = test::reads_of(*opened.disk, "main.db");
    CHECK(opened->compare_pages(50));  // once an opening
    CHECK_FALSE(opened->take_alarm());
    CHECK(test::reads_of(*opened.disk, "main.db") == reads);
}

TEST_CASE("a single earlier page is refused at opening without the marks, or if it was written lately") {
    DiskImage mixed = with_page_put_back(unlisted_page());
    mixed.files.erase(std::string(marks_name));
    CHECK(status_of_opening(mixed) == Status::ERR_TAMPERED);
    DiskImage now = times().now;
    DiskImage old = times().old;
    CHECK(status_of_opening(with_page_put_back(pages_that_differ(old.main(), now.main()).back())) ==
          Status::ERR_TAMPERED);
}

TEST_CASE("the comparison says once which page is damaged, goes on, and does not take it for an attack") {
    const std::size_t page = unlisted_page();
    DiskImage damaged = times().now;
    damaged.main()[page * page_size + page_mark_offset] ^= 1;
    MemoryDatabase opened(damaged);
    int failures = 0;
    for (bool done = false; !done;) {
        try {
            done = opened->compare_pages(50);
        } catch (const Error& error) {
            CHECK(error.status() == Status::ERR_CORRUPT);
            CHECK(std::string(error.what()).find(fmt::format("page {} ", page + 1)) != std::string::npos);
            ++failures;
        }
    }
    CHECK(failures == 1);
    CHECK_FALSE(opened->take_alarm());
}

TEST_CASE("the comparison finds nothing in pages that the log has, or that were written since") {
    const std::size_t page = unlisted_page();
    MemoryDatabase opened(times().now);
    test::set_rows(*opened, 1, 500, 2);
    Bytes& on_disk = opened.disk->names().at("main.db")->seen;
    DiskImage old = times().old;
    put_page(on_disk, old.main(), page);
    SUBCASE("in the log") {}
    SUBCASE("written since") {
        opened->checkpoint();
    }
    compare_all(*opened);
    CHECK_FALSE(opened->take_alarm());
    CHECK(test::is_sound(*opened));
    CHECK(state_of_row(*opened, 500) == 2);
}

TEST_CASE("the comparison misses no page that a transaction only would have changed") {
    const std::size_t page = unlisted_page();
    MemoryDatabase opened(times().now);
    opened->execute("PRAGMA cache_size = 10");
    {
        const Transaction rolled_back(*opened);
        test::set_rows(*opened, 1, stored_rows, 2);  // spills to the log
    }
    Bytes& on_disk = opened.disk->names().at("main.db")->seen;
    DiskImage old = times().old;
    put_page(on_disk, old.main(), page);
    compare_all(*opened);
    CHECK(opened->take_alarm());
}

TEST_CASE("the comparison beside a writer finds nothing") {
    MemoryDatabase opened(times().now);
    std::atomic<bool> compared = false;
    int rounds = 0;
    {
        const std::jthread writer([&] {
            for (; !compared || rounds < 5; ++rounds) {
                test::set_rows(*opened, 1 + rounds * 130 % stored_rows, 100 + rounds * 130 % stored_rows, 3);
                opened->checkpoint();
            }
        });
        compare_all(*opened, 7);
        compared = true;
    }
    CHECK_FALSE(opened->take_alarm());
    CHECK(test::is_sound(*opened));
}

TEST_CASE("marks that were lost, torn or left from earlier never raise an alarm after a power cut") {
    int states = 0;
    int by_marks = 0;
    for (unsigned seed = 0; seed < 6; ++seed) {
        const auto disk = std::make_shared<test::PowerCutDisk>(seed);
        test::PowerCutFolder folder(disk);
        std::vector<Bytes> earlier;
        int acknowledged = 0;
        Database::create(folder, "main.db", test::test_key());
        Database database(folder, "main.db", test::test_key());
        test::fill_rows(database, 60);
        disk->at_every_write([&] {
            if (disk->random() % 6 != 0) return;
            const auto after = disk->cut();
            auto image = DiskImage::of(*after);
            const auto how = disk->random() % 4;
            if (how == 0 && !earlier.empty()) {
                image.files[std::string(marks_name)] = earlier[disk->random() % earlier.size()];
            } else if (how == 1) {
                image.files.erase(std::string(marks_name));
            }
            ++states;
            MemoryDatabase again(image);
            if (opened_by_marks(*again)) ++by_marks;
            compare_all(*again, 9);
            REQUIRE_FALSE(again->take_alarm());
            REQUIRE(test::is_sound(*again));
            REQUIRE(state_of_row(*again, 1) >= acknowledged);
        });
        for (int state = 1; state < 14; ++state) {
            test::set_rows(database, 1, 1, state);
            acknowledged = state;
            const int first = 1 + state * 7 % 50;
            test::set_rows(database, first, first + 6, state);
            if (state % 5 == 0) database.run("DELETE FROM t WHERE id > $1", 60 - state);
            if (state % 5 == 0) database.execute("VACUUM");
            if (state % 3 == 0) database.execute("PRAGMA wal_checkpoint(PASSIVE)");
            if (state % 4 == 0) database.checkpoint();
            earlier.push_back(DiskImage::of(*disk).files.at(std::string(marks_name)));
        }
    }
    MESSAGE("states after a power cut: " << states << ", of which opened by their marks: " << by_marks);
    CHECK(states > 200);
    CHECK(by_marks > 20);
}
