#include "storage/database.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <thread>
#include <vector>

#include "storage/database_fixture.hpp"

using namespace myqsec;
using namespace myqsec::storage;
using test::scalar;
using test::status_of;

TEST_CASE("what a closed database held is there when it opens again") {
    test::DatabaseFolder files;
    {
        const auto database = files.open();
        database->execute("CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT, bytes BLOB)");
        CHECK(database->insert("INSERT INTO t (text, bytes) VALUES ($1, $2)", "hello", Bytes{1, 2, 3}) == 1);
        CHECK(database->run("UPDATE t SET text = $1", std::string("changed")) == 1);
    }
    CHECK(files.folder().list().size() == 1);
    const auto database = files.open();
    auto rows = database->query("SELECT text, bytes, NULL FROM t WHERE id = $1", 1);
    REQUIRE(rows.next());
    CHECK(rows.text(0) == "changed");
    CHECK(rows.blob(1).size() == 3);
    CHECK(rows.is_null(2));
    CHECK_FALSE(rows.next());
    CHECK_FALSE(rows.next());
}
