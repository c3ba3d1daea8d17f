#include <array>

#include <doctest/doctest.h>

#include "audit/log_fixture.hpp"

using namespace myqsec;
using namespace myqsec::audit;

namespace {

/// As logs were before there were checkpoints: a row for each event, a tree without its nodes.
void make_old(test::LogFixture& f) {
    f.vault().log().execute(
        "DROP TABLE audit_node; DROP TABLE audit_epoch; DROP TABLE audit_checkpoint;"
        "ALTER TABLE audit_tree DROP COLUMN nodes; ALTER TABLE audit_tree DROP COLUMN first;"
        "ALTER TABLE audit_event DROP COLUMN count;"
        "UPDATE schema_version SET version = 1 WHERE domain = 'audit-log'");
    f.vault().main().execute(
        "ALTER TABLE audit_outbox DROP COLUMN count;"
        "UPDATE schema_version SET version = 1 WHERE domain = 'audit'");
}

}  // namespace

TEST_CASE("a log of before is brought up to date: signed, provable and exportable from its first event on") {
    test::LogFixture f;
    for (int i = 0; i < 300; ++i) {
        f.record(1);
        f.audit().drain();
    }
    const auto head = f.audit().head();
    f.record(f.event(301));
    make_old(f);
    f.vault().migrate(std::array{main_schema()}, std::array{log_schema()});
    AuditLog log(f.vault());
    log.recover();
    CHECK(log.root(300) == head.root);
    const auto events = log.list(1, 1000);
    REQUIRE(events.size() == 302);
    CHECK(events[300].object == Object(JobId(301)));
    CHECK(events[301].action == Action::audit_key_created);
    const auto now = log.head();
    CHECK(verify_consistency(log.consistency(300, now.size), 300, head.root,
                             static_cast<std::uint64_t>(now.size), now.root));
    CHECK(f.verify(f.bundle()).valid);
}

TEST_CASE(
    "a log of before whose events are not those of its tree raises an alarm when it is brought up to date") {
    test::LogFixture f;
    for (int i = 0; i < 3; ++i) {
        f.record(1);
        f.audit().drain();
    }
    make_old(f);
    f.vault().log().run("DELETE FROM audit_event WHERE sequence = 2");
    f.vault().migrate(std::array{main_schema()}, std::array{log_schema()});
    CHECK(test::status_of([&] { const AuditLog log(f.vault()); }) == Status::ERR_TAMPERED);
}

TEST_CASE("facts that the main database lost leave their events, and their numbers are not given again") {
    test::LogFixture f;
    f.audit().recover();
    f.record(20);
    f.audit().drain();
    // As if the end of main's log had been damaged: events that the log has are not known here any more.
    f.vault().main().run("UPDATE audit_counter SET last = 5");
    f.audit().recover();
    f.record(f.event(99));
    CHECK(f.events().size() == 22);
    CHECK(f.events().back().object == Object(JobId(99)));
    f.audit().drain();
    CHECK(f.events().back().object == Object(JobId(99)));
}

TEST_CASE("an event that comes twice with different contents raises an alarm") {
    test::LogFixture f;
    f.record(3);
    f.audit().drain();
    f.vault().main().run("UPDATE audit_counter SET last = 2");
    f.record(f.event(77));
    CHECK(test::status_of([&] { f.audit().drain(); }) == Status::ERR_TAMPERED);
}
