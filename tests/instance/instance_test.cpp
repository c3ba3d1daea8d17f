// The instance as a whole: what its domains do together.
#include "instance/instance.hpp"

#include <fstream>

#include <doctest/doctest.h>

#include "spool/instance_files.hpp"
#include "spool/site.hpp"

using namespace myqsec;
using namespace myqsec::test;

TEST_CASE("an instance has the tables of all its domains, and a folder for each of their documents") {
    Site site;
    for (const auto* table : {"setting", "job", "device", "access_role"}) {
        CAPTURE(std::string(table));
        auto rows = site.vault().main().query("SELECT count(*) FROM sqlite_schema WHERE name = $1", table);
        REQUIRE(rows.next());
        CHECK(rows.integer(0) == 1);
    }
    REQUIRE(instance::blob_folders().size() == 1);
    CHECK(instance::blob_folders()[0] == "jobs");
    CHECK(site.vault().blob_stores().size() == instance::blob_folders().size());
}

TEST_CASE("an opening is audited, recovers every domain and says what they found") {
    Site site;
    const auto job = site.submit(site.ada, site.secure, "printed or not");
    TraySink tray;
    std::optional<instance::Findings> findings;
    site.vault().main().run("UPDATE job SET state = $1 WHERE id = $2", spool::JobState::processing, job);
    site.reopen([&](instance::Instance& opened) {
        opened.recover(instance::Birth::opened);
        findings = opened.findings();
    });
    CHECK(site.count(audit::Action::instance_opened) == 1);
    CHECK(site.count(audit::Action::audit_key_created) == 1);
    REQUIRE(findings);
    REQUIRE(findings->size() == 1);
    CHECK(findings->front().code == "job-possibly-printed");
}

TEST_CASE("one domain's trouble does not keep the others from what is due, and is reported") {
    Site site;
    auto& whole = site.instance();
    const auto ada = site.log_in(site.ada_user);
    CHECK(whole.tick(site.system) < Instant::max());
    site.vault().main().execute("ALTER TABLE device RENAME TO mislaid");
    site.clock.advance(std::chrono::hours(24));
    CHECK(status_of([&] { (void)whole.tick(site.system); }) != Status::OK);
    CHECK_FALSE(site.access().sessions.alive(ada));
    site.vault().main().execute("ALTER TABLE mislaid RENAME TO device");
    CHECK(status_of([&] { (void)whole.tick(site.system); }) == Status::OK);
}

TEST_CASE("only who may tick ticks") {
    Site site;
    CHECK(status_of([&] { (void)site.instance().tick(site.ada); }) == Status::ERR_ACCESS_DENIED);
}

TEST_CASE("whoever is removed is forgotten by all domains") {
    Site site;
    const auto job = site.submit(site.ada, site.secure, "ada's");
    site.access().users.remove(site.root, site.ada_user);
    CHECK(status_of([&] { (void)site.jobs().get(site.root, job); }) == Status::ERR_NOT_FOUND);
    CHECK(site.count(audit::Action::job_deleted) == 1);
}

namespace {

/// More pages of the main database than an opening looks at, of which no later one is the same.
void write_many_pages(Site& site, int state) {
    auto& main = site.vault().main();
    if (state == 0) main.execute("CREATE TABLE filler (id INTEGER PRIMARY KEY, state INTEGER, bytes BLOB)");
    storage::Transaction transaction(main);
    for (int id = 1; id <= 1400; ++id) {
        if (state == 0) main.run("INSERT INTO filler VALUES ($1, 0, zeroblob(3000))", id);
        if (state != 0) main.run("UPDATE filler SET state = $1 WHERE id = $2", state, id);
    }
    transaction.commit();
    main.checkpoint();
}

}  // namespace

TEST_CASE("a page put back while the instance was closed is found by ticks, and audited") {
    constexpr std::size_t page = 4096;
    Site site;
    write_many_pages(site, 0);
    const auto old = read_file(site.path() + "/main.db");
    write_many_pages(site, 1);
    site.close();
    const auto now = read_file(site.path() + "/main.db");
    std::size_t at = 100 * page;
    while (now.compare(at, page, old, at, page) == 0)
        at += page;
    std::fstream(site.path() + "/main.db", std::ios::binary | std::ios::in | std::ios::out)
        .seekp(static_cast<std::streamoff>(at))
        .write(old.data() + at, page);
    site.open();
    site.log_in_everybody();
    CHECK(site.count(audit::Action::instance_damage_found) == 0);
    CHECK(site.instance().tick(site.system) > site.clock.now());  // all is looked at
    CHECK(site.count(audit::Action::instance_damage_found) == 1);
    CHECK(site.instance().tick(site.system) > site.clock.now());
    CHECK(site.count(audit::Action::instance_damage_found) == 1);
}

TEST_CASE("while pages are left to look at, the next tick is due at once") {
    Site site;
    write_many_pages(site, 0);
    for (int i = 0; i < 3; ++i)
        site.vault().main().run("INSERT INTO filler (bytes) SELECT bytes FROM filler WHERE id <= 1400");
    site.reopen();
    CHECK(site.instance().tick(site.system) == site.clock.now());
    CHECK(site.instance().tick(site.system) > site.clock.now());
    CHECK(site.count(audit::Action::instance_damage_found) == 0);
}
