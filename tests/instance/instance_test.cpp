// The instance as a whole: what its domains do together.
#include "instance/instance.hpp"

#include <doctest/doctest.h>

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
