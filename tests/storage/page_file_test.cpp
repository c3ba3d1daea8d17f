// Damage to the database file, and the sealed temporary file.
#include "storage/pages/page_file.hpp"

#include <random>

#include "storage/database_fixture.hpp"
#include "storage/pages/page_temporary.hpp"

using namespace myqsec;
using namespace myqsec::storage;
using test::status_of;

namespace {

/// A closed database of a few pages, all in use.
Bytes make_database(test::DatabaseFolder& files) {
    const auto database = files.open();
    database->execute("CREATE TABLE t (id INTEGER PRIMARY KEY, filler BLOB)");
    for (int i = 0; i < 30; ++i)
        database->run("INSERT INTO t (filler) VALUES (randomblob(1000))");
    database->checkpoint();
    return test::read_raw(files.database_path());
}

Status read_everything(test::DatabaseFolder& files) {
    return status_of([&] {
        const auto database = files.open();
        test::scalar(*database, "SELECT count(*) FROM t WHERE filler = zeroblob(1000)");
        if (!test::is_sound(*database)) fail(Status::ERR_INTERNAL, "damage was read as data");
    });
}

}  // namespace

TEST_CASE("a flip of any byte of a page is noticed") {
    test::DatabaseFolder files;
    const Bytes sound = make_database(files);
    std::mt19937 random(3);
    for (std::size_t page = 0; page < sound.size() / page_size; ++page) {
        for (std::size_t i = 0; i < 60; ++i) {
            // Page 1's clear header byte for byte, every trailer byte, then anywhere.
            const std::size_t within = i < 16 ? i : i < 56 ? page_body + i - 16 : random() % page_size;
            Bytes altered = sound;
            altered[page * page_size + within] ^= static_cast<std::uint8_t>(1U << (random() % 8));
            test::write_raw(files.database_path(), altered);
            const Status status = read_everything(files);
            CAPTURE(page);
            CAPTURE(within);
            const bool names_version = page == 0 && within == 7;
            CHECK((status == Status::ERR_CORRUPT || (names_version && status == Status::ERR_NEWER_VERSION)));
        }
    }
    test::write_raw(files.database_path(), sound);
    CHECK(read_everything(files) == Status::OK);
}

TEST_CASE("swapped, zeroed, foreign and missing pages are noticed") {
    test::DatabaseFolder files;
    const Bytes sound = make_database(files);
    test::DatabaseFolder others;
    const Bytes other = make_database(others);
    const auto at = [](Bytes& bytes, std::size_t page) {
        return bytes.begin() + static_cast<std::ptrdiff_t>(page * page_size);
    };
    Bytes altered = sound;
    std::swap_ranges(at(altered, 3), at(altered, 4), at(altered, 5));
    test::write_raw(files.database_path(), altered);
    CHECK(read_everything(files) == Status::ERR_CORRUPT);
    altered = sound;
    std::fill(at(altered, 4), at(altered, 5), std::uint8_t{0});
    test::write_raw(files.database_path(), altered);
    CHECK(read_everything(files) == Status::ERR_CORRUPT);
    altered = sound;
    std::copy_n(other.begin() + 4 * page_size, page_size, at(altered, 4));
    test::write_raw(files.database_path(), altered);
    CHECK(read_everything(files) == Status::ERR_CORRUPT);
    for (const std::size_t less : {1U, 4096U, 5000U, 20000U}) {
        test::write_raw(files.database_path(), ByteView(sound).first(sound.size() - less));
        CHECK(read_everything(files) == Status::ERR_CORRUPT);
    }
}

TEST_CASE("a first page torn by a checkpoint is taken from the log") {
    test::DatabaseFolder files;
    const auto database = files.open();
    database->execute("CREATE TABLE t (id INTEGER PRIMARY KEY, filler BLOB)");
    Bytes torn = test::read_raw(files.database_path());
    torn[2000] ^= 1;
    const test::TemporaryFolder temporary;
    test::write_raw(temporary.path() + "/main.db", torn);
    test::write_raw(temporary.path() + "/main.db-wal", test::read_raw(files.wal_path()));
    const auto folder = temporary.open();
    Database again(*folder, "main.db", test::test_key());
    CHECK(test::scalar(again, "SELECT count(*) FROM t") == 0);
    again.checkpoint();
    CHECK(test::is_sound(again));
}

TEST_CASE("a temporary file gives back any mixture of writes and truncations") {
    const test::TemporaryFolder temporary;
    const auto folder = temporary.open();
    PageTemporary file(*folder);
    Bytes model;
    std::mt19937 random(11);
    for (int step = 0; step < 3000; ++step) {
        const std::size_t offset = random() % 60000;
        Bytes piece(1 + random() % 9000);
        const auto action = random() % 10;
        if (action == 0) {
            file.truncate(offset);
            if (offset < model.size()) model.resize(offset);
        } else if (action < 5) {
            for (auto& byte : piece)
                byte = static_cast<std::uint8_t>(random());
            file.write(offset, piece);
            if (model.size() < offset + piece.size()) model.resize(offset + piece.size());
            std::copy(piece.begin(), piece.end(), model.begin() + static_cast<std::ptrdiff_t>(offset));
        } else {
            Bytes expected(piece.size());
            const std::size_t there =
                offset < model.size() ? std::min(piece.size(), model.size() - offset) : 0;
            std::copy_n(model.begin() + static_cast<std::ptrdiff_t>(there == 0 ? 0 : offset), there,
                        expected.begin());
            REQUIRE(file.read(offset, piece) == (there == piece.size()));
            REQUIRE(piece == expected);
        }
        REQUIRE(file.size() == model.size());
    }
}
