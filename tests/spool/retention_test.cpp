// What time does to jobs.
#include <doctest/doctest.h>

#include "site.hpp"

using namespace myqsec;
using namespace myqsec::test;
using audit::Action;
using spool::JobState;
using std::chrono::hours;
using std::chrono::minutes;

TEST_CASE("a held job is deleted when its retention ends, not before") {
    Site site;
    const auto job = site.submit(site.ada, site.secure, "forgotten");
    CHECK(site.jobs().tick(site.system) == site.clock.now() + hours(24));
    site.pass(hours(24) - minutes(1));
    CHECK(site.jobs().get(site.ada, job).state == JobState::pending_held);
    site.pass(minutes(1));
    CHECK(status_of([&] { (void)site.jobs().get(site.ada, job); }) == Status::ERR_NOT_FOUND);
    CHECK(site.files().empty());
    CHECK(site.count(Action::job_expired) == 1);
    CHECK(site.jobs().tick(site.system) == Instant::max());
}

TEST_CASE("a printed job can be printed again until its retention ends") {
    Site site;
    QueueFields fields;
    fields.retention_printed = hours(2);
    site.change_queue(site.secure, fields);
    const auto job = site.submit(site.ada, site.secure, "again");
    site.release(site.ada, job);
    site.pass(hours(1));
    CHECK(site.release(site.ada, job) == "again");
    site.pass(hours(2));
    CHECK(status_of([&] { site.release(site.ada, job); }) == Status::ERR_NOT_FOUND);
    CHECK(site.count(Action::job_expired) == 1);
}

TEST_CASE("with no time for reprint a printed job is gone at once") {
    Site site;
    QueueFields fields;
    fields.retention_printed = Duration::zero();
    site.change_queue(site.secure, fields);
    const auto job = site.submit(site.ada, site.secure, "once");
    CHECK(site.release(site.ada, job) == "once");
    CHECK(status_of([&] { (void)site.jobs().get(site.ada, job); }) == Status::ERR_NOT_FOUND);
    CHECK(site.files().empty());
}

TEST_CASE("a clock that jumps deletes nothing until an administrator confirms it, also after a restart") {
    Site site;
    const auto job = site.submit(site.ada, site.secure, "safe");
    site.jobs().tick(site.system);
    site.clock.advance(hours(24 * 365));
    const auto next = site.jobs().tick(site.system);  // less what has really passed
    CHECK(next <= site.clock.now() + hours(24));
    CHECK(next > site.clock.now() + hours(23));
    CHECK(site.count(Action::instance_clock_stepped) == 1);
    const auto told = site.jobs().take_findings();
    REQUIRE(told.size() == 1);
    CHECK(told[0].code == "deletion-suspended");
    site.reopen();
    REQUIRE(site.findings.size() == 1);
    CHECK(site.findings[0].code == "deletion-suspended");
    site.jobs().tick(site.system);
    CHECK(site.release(site.ada, job, true) == "safe");
    CHECK(status_of([&] { site.jobs().confirm_clock(site.ada); }) == Status::ERR_ACCESS_DENIED);
    CHECK(status_of([&] { site.jobs().confirm_clock(site.system); }) == Status::ERR_ACCESS_DENIED);
    site.jobs().confirm_clock(site.root);
    CHECK(site.count(Action::instance_clock_stepped) == 2);
    site.jobs().tick(site.system);
    CHECK(site.release(site.ada, job, true) == "safe");
    site.reopen();
    CHECK(site.findings.empty());
    site.pass(hours(23));
    CHECK(site.release(site.ada, job, true) == "safe");
    site.pass(hours(1));
    CHECK(status_of([&] { site.release(site.ada, job); }) == Status::ERR_NOT_FOUND);
}

TEST_CASE("a clock that is wrong at an opening deletes nothing early, and what has really passed counts") {
    Site site;
    const auto job = site.submit(site.ada, site.secure, "safe");
    site.jobs().tick(site.system);
    Duration step{};
    SUBCASE("400 days ahead") {
        step = hours(24 * 400);
    }
    SUBCASE("back to 1970") {
        step = Instant{} - site.clock.now();
    }
    site.close();
    site.clock.advance(step);
    site.open();
    site.log_in_everybody();
    REQUIRE(site.findings.size() == 1);
    CHECK(site.findings[0].code == "deletion-suspended");
    const auto later = site.submit(site.ada, site.secure, "of a wrong day");
    site.pass(hours(2));
    site.clock.advance(-step);  // by NTP
    site.log_in_everybody();
    site.jobs().tick(site.system);
    site.jobs().confirm_clock(site.root);
    site.jobs().tick(site.system);
    CHECK(site.release(site.ada, job, true) == "safe");
    CHECK(site.release(site.ada, later, true) == "of a wrong day");
    site.pass(hours(20));
    CHECK(site.release(site.ada, later, true) == "of a wrong day");
    site.pass(hours(2));
    CHECK(status_of([&] { site.release(site.ada, job); }) == Status::ERR_NOT_FOUND);
    site.pass(hours(3));
    CHECK(status_of([&] { site.release(site.ada, later); }) == Status::ERR_NOT_FOUND);
}

TEST_CASE("time in which an instance is closed counts up to clock.max_step") {
    Site site;
    site.set("clock.max_step", "11h");
    const auto job = site.submit(site.ada, site.secure, "overnight");
    for (int night = 0; night < 2; ++night) {
        CHECK(site.release(site.ada, job, true) == "overnight");
        site.close();
        site.clock.advance(hours(10));
        site.open();
        site.log_in_everybody();
        CHECK(site.findings.empty());
        site.pass(hours(2) - minutes(1));
    }
    site.pass(minutes(2));
    CHECK(status_of([&] { site.release(site.ada, job); }) == Status::ERR_NOT_FOUND);
}

TEST_CASE("retention stays within its range, and private queues keep nothing") {
    Site site;
    QueueFields fields;
    fields.retention_held = hours(24 * 91);
    CHECK(status_of([&] { site.change_queue(site.secure, fields); }) == Status::ERR_INVALID_ARGUMENT);
    fields.retention_held = hours(24 * 90);
    site.change_queue(site.secure, fields);
    QueueFields reprint;
    reprint.retention_printed = hours(1);
    CHECK(status_of([&] { site.change_queue(site.private_queue, reprint); }) == Status::ERR_INVALID_ARGUMENT);
    CHECK(status_of([&] { (void)site.jobs().tick(site.ada); }) == Status::ERR_ACCESS_DENIED);
}
