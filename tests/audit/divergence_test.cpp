#include <array>

#include <doctest/doctest.h>

#include "audit/log_fixture.hpp"

using namespace myqsec;
using namespace myqsec::audit;

TEST_CASE("facts that the main database lost leave their events, and their numbers are not given again") {
    test::LogFixture f;
    f.audit().recover();
    f.record(20);
    f.audit().drain();
    // As if the end of main's log had been damaged: events that the log has are not known here any more.
    f.vault->main().run("UPDATE audit_counter SET last = 5");
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
    f.vault->main().run("UPDATE audit_counter SET last = 2");
    f.record(f.event(77));
    CHECK(test::status_of([&] { f.audit().drain(); }) == Status::ERR_TAMPERED);
}
