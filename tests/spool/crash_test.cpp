// A process that dies while a job is being output.
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "site.hpp"

using namespace myqsec;
using namespace myqsec::test;
using audit::Action;
using spool::JobState;

TEST_CASE("a crash during output leaves the job held as possibly printed") {
    Site site;
    const auto job = site.submit(site.ada, site.private_queue, document(500'000));
    site.close();
    const auto child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        site.open();
        site.log_in_everybody();
        TraySink tray;
        tray.before_write = [&] {
            if (tray.printed.size() > 200'000) ::kill(::getpid(), SIGKILL);
        };
        site.jobs().release(site.ada, job, {}, tray);
        ::_exit(1);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFSIGNALED(status));
    site.open();
    site.log_in_everybody();
    CHECK(site.findings.size() == 1);
    const auto held = site.jobs().get(site.ada, job);
    CHECK(held.state == JobState::pending_held);
    CHECK(held.reasons == "job-hold-until-specified possibly-printed");
    CHECK(site.count(Action::job_possibly_printed) == 1);
    CHECK(site.release(site.ada, job) == document(500'000));
}
