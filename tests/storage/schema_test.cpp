#include "storage/sqlite/schema.hpp"

#include <array>

#include "storage/database_fixture.hpp"

using namespace myqsec;
using namespace myqsec::storage;
using test::scalar;
using test::status_of;

namespace {

constexpr std::array<std::string_view, 1> first_steps = {"CREATE TABLE job (id INTEGER PRIMARY KEY)"};
constexpr std::array<std::string_view, 3> all_steps = {
    first_steps[0], "ALTER TABLE job ADD COLUMN name TEXT",
    "UPDATE job SET name = 'old'; CREATE INDEX by_name ON job (name)"};
constexpr std::array<std::string_view, 2> broken_steps = {"CREATE TABLE user (id INTEGER)", "CREATE TABEL"};
constexpr Schema first{"job", first_steps};
constexpr Schema latest{"job", all_steps};
constexpr Schema broken{"user", broken_steps};

void bring(Database& database, const Schema& schema) {
    migrate(database, std::span(&schema, 1));
}

}  // namespace

TEST_CASE("an old file is brought up to date step by step, once") {
    test::DatabaseFolder files;
    bring(*files.open(), first);
    files.open()->run("INSERT INTO job VALUES (7)");
    const auto database = files.open();
    bring(*database, latest);
    bring(*database, latest);
    CHECK(scalar(*database, "SELECT count(*) FROM job WHERE name = 'old'") == 1);
    CHECK(scalar(*database, "SELECT version FROM schema_version WHERE domain = 'job'") == 3);
}

TEST_CASE("tables of a newer version are refused and left alone") {
    test::DatabaseFolder files;
    const auto database = files.open();
    bring(*database, latest);
    constexpr std::array<std::string_view, 1> other_steps = {"CREATE TABLE other (id)"};
    const std::array both = {Schema{"other", other_steps}, first};
    CHECK(status_of([&] { migrate(*database, both); }) == Status::ERR_NEWER_VERSION);
    CHECK(scalar(*database, "SELECT count(*) FROM sqlite_schema WHERE name = 'other'") == 0);
    CHECK(scalar(*database, "SELECT version FROM schema_version") == 3);
}

TEST_CASE("a step that fails undoes all of them, in every domain") {
    test::DatabaseFolder files;
    const auto database = files.open();
    const std::array both = {latest, broken};
    CHECK(status_of([&] { migrate(*database, both); }) == Status::ERR_INTERNAL);
    CHECK(scalar(*database, "SELECT count(*) FROM sqlite_schema") == 0);
}
