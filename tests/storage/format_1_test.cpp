// Databases that the first format version left, closed and crashed: recorded files, opened and rewritten.
#include "storage/disk_image.hpp"

using namespace myqsec;
using namespace myqsec::storage;
using test::DiskImage;
using test::MemoryDatabase;
using test::scalar;
using test::status_of_reading;

namespace {

DiskImage recorded(const std::string& name) {
    const std::string path = fmt::format("{}/vectors/database/{}", MYQSEC_TESTS_DIR, name);
    DiskImage image;
    image.main() = test::read_raw(path);
    REQUIRE(image.main().size() > 4096);
    const Bytes log = test::read_raw(path + "-wal");
    if (!log.empty()) image.wal() = log;
    return image;
}

}  // namespace

TEST_CASE("a database of format version 1 opens with all it held, and is of this version afterwards") {
    for (const char* name : {"v1-closed.db", "v1-crashed.db"}) {
        CAPTURE(name);
        DiskImage after;
        {
            MemoryDatabase opened(recorded(name));
            CHECK(scalar(*opened, "SELECT count(*) FROM t WHERE name LIKE '%the log' AND id IN (2, 3)") == 2);
            CHECK(scalar(*opened, "SELECT count(*) FROM t WHERE name = 'checkpointed'") == 1);
            CHECK(test::is_sound(*opened));
            opened->run("INSERT INTO t VALUES (4, 'new')");
            after = opened.image();
        }
        CHECK((after.main()[7] >> 4) == 2);
        CHECK(after.files.size() == 2);
        CHECK(status_of_reading(after) == Status::OK);
        DiskImage without_log = after;
        without_log.files.erase("main.db-wal");
        CHECK(status_of_reading(without_log) == Status::ERR_TAMPERED);
    }
}

TEST_CASE("a power cut while an old database is rewritten loses nothing") {
    for (const char* name : {"v1-closed.db", "v1-crashed.db"}) {
        const auto disk = recorded(name).disk();
        int states = 0;
        const auto check = [&] {
            for (int i = 0; i < 4; ++i, ++states) {
                const auto cut = disk->cut();
                test::PowerCutFolder rest(cut);
                Database again(rest, "main.db", test::test_key());
                CHECK(scalar(again, "SELECT count(*) FROM t") == 3);
            }
        };
        disk->at_every_write(check);
        disk->at_every_rename(check);
        test::PowerCutFolder folder(disk);
        Database(folder, "main.db", test::test_key()).checkpoint();
        CHECK(states > 40);
    }
}

TEST_CASE("a damaged database of format version 1 is refused and left as it is") {
    DiskImage damaged = recorded("v1-crashed.db");
    damaged.wal()[9000] ^= 1;
    CHECK(status_of_reading(damaged) == Status::ERR_TAMPERED);
    damaged = recorded("v1-closed.db");
    damaged.main()[5000] ^= 1;
    CHECK(status_of_reading(damaged) == Status::ERR_CORRUPT);
}
