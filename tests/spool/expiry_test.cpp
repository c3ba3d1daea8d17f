// A job past its expiry is gone for whoever asks, whether or not a tick has erased it; and nothing looks
// expired because a clock is wrong.
#include <doctest/doctest.h>

#include "base/fault_folder.hpp"
#include "spool/site.hpp"

using namespace myqsec;
using namespace myqsec::test;
using spool::JobState;
using std::chrono::hours;
using std::chrono::minutes;

namespace {

std::string refusal(const std::function<void()>& call) {
    try {
        call();
        return "nothing refused";
    } catch (const Error& error) {
        CHECK(error.status() == Status::ERR_NOT_FOUND);
        return error.what();
    }
}

std::vector<JobId> listed(Site& site, const access::Principal& who, const spool::JobFilter& filter = {}) {
    std::vector<JobId> out;
    for (const auto& job : site.jobs().list(who, filter))
        out.push_back(job.id);
    return out;
}

std::int64_t counted(Site& site, QueueId queue) {
    for (const auto& each : site.spool().queues.list(site.root))
        if (each.id == queue) return each.jobs;
    return -1;
}

}  // namespace

TEST_CASE("a job past its expiry is gone for everybody, before any tick has erased it") {
    Site site;
    QueueFields fields;
    fields.retention_printed = hours(24);
    site.change_queue(site.secure, fields);
    const auto old = site.submit(site.ada, site.secure, "old");
    const auto printed = site.submit(site.ada, site.secure, "printed");
    site.release(site.ada, printed);
    site.pass(hours(24) - minutes(1));
    const auto fresh = site.submit(site.ada, site.secure, "fresh");
    CHECK(listed(site, site.ada) == std::vector{old, printed, fresh});
    CHECK(counted(site, site.secure) == 3);
    site.clock.advance(minutes(2));
    site.log_in_everybody();

    for (const auto& who : {site.ada, site.root}) {
        CHECK(listed(site, who) == std::vector{fresh});
        CHECK(listed(site, who, {{}, {}, spool::only(JobState::pending_held)}) == std::vector{fresh});
        CHECK(listed(site, who, {{}, {}, spool::only(JobState::completed)}).empty());
        CHECK(listed(site, who, {site.ada_user, site.secure, spool::any_state}) == std::vector{fresh});
    }
    CHECK(counted(site, site.secure) == 1);
    TraySink tray;
    for (const auto job : {old, printed}) {
        for (const auto& who : {site.ada, site.root, site.bob}) {
            const std::function<void()> calls[] = {
                [&] { (void)site.jobs().get(who, job); },
                [&] { site.jobs().release(who, job, {}, tray); },
                [&] { (void)site.jobs().begin_release(who, job, {}); },
                [&] { site.jobs().cancel(who, job); },
                [&] { site.jobs().remove(who, job); },
                [&] { (void)site.jobs().open_document(who, job); },
            };
            for (const auto& call : calls) {
                const auto said = refusal(call);
                // Whoever may not see it learns nothing.
                CHECK((said.find("has expired") != std::string::npos) == !who.is(site.bob_user));
            }
        }
    }
    CHECK(tray.printed.empty());
    CHECK(site.count(audit::Action::job_expired) == 0);
    CHECK(site.files().size() == 3);
    site.jobs().tick(site.system);
    CHECK(site.count(audit::Action::job_expired) == 2);
    CHECK(site.files().size() == 1);
    CHECK(counted(site, site.secure) == 1);
    CHECK(site.release(site.ada, fresh) == "fresh");
}

TEST_CASE("a job being released is there until its release ends, though it expires meanwhile") {
    Site site;
    const auto job = site.submit(site.ada, site.secure, document(400'000));
    site.pass(hours(24) - minutes(1));
    TraySink tray;
    tray.before_write = [&] {
        if (tray.printed.empty()) site.clock.advance(minutes(2));
        CHECK(listed(site, site.ada) == std::vector{job});
        CHECK(site.jobs().get(site.ada, job).state == JobState::processing);
    };
    site.jobs().release(site.ada, job, {}, tray);
    CHECK(tray.printed == document(400'000));
}

TEST_CASE("nothing looks expired because the clock stepped, before and after a tick has seen it") {
    Site site;
    const auto job = site.submit(site.ada, site.secure, "safe");
    site.jobs().tick(site.system);
    for (const auto step : {hours(24 * 365), -hours(24 * 800), hours(24 * 400)}) {
        site.clock.advance(step);
        site.log_in_everybody();
        CHECK(listed(site, site.ada) == std::vector{job});
        CHECK(counted(site, site.secure) == 1);
        CHECK(site.release(site.ada, job, true) == "safe");
        site.jobs().tick(site.system);
        CHECK(listed(site, site.ada) == std::vector{job});
        CHECK(site.release(site.ada, job, true) == "safe");
    }
    site.pass(hours(24) + minutes(1));
    CHECK(listed(site, site.ada).empty());
}

TEST_CASE("a job that comes in between a step of the clock and the next tick lives as long as any other") {
    for (const auto step : {hours(24 * 400), -hours(24 * 400)}) {
        Site site;
        site.jobs().tick(site.system);
        site.clock.advance(step);
        site.log_in_everybody();
        const auto job = site.submit(site.ada, site.secure, "of a wrong day");
        site.jobs().tick(site.system);
        CHECK(listed(site, site.ada) == std::vector{job});
        site.pass(hours(23));
        CHECK(site.release(site.ada, job, true) == "of a wrong day");
        site.pass(hours(2));
        CHECK(listed(site, site.ada).empty());
        CHECK(site.files().empty());
    }
}

TEST_CASE(
    "a tick that cannot write what it saw of the clock has not looked: nothing is lost to the next one") {
    for (std::uint64_t n = 1;; ++n) {
        CAPTURE(n);
        Site site;
        const auto job = site.submit(site.ada, site.secure, "safe");
        const auto plan = std::make_shared<FaultPlan>();
        plan->fault = Fault::no_space;
        site.close();
        site.open([&](auto folder) { return std::make_unique<FaultFolder>(std::move(folder), plan); });
        site.log_in_everybody();
        site.jobs().tick(site.system);
        site.clock.advance(hours(24 * 400));
        plan->fail_at = plan->calls + n;
        plan->for_good = true;
        const auto status = status_of([&] { site.jobs().tick(site.system); });
        const bool struck = plan->struck();
        plan->fail_at = UINT64_MAX;
        if (!struck) break;
        CHECK(status == Status::ERR_NO_SPACE);
        site.jobs().tick(site.system);
        site.log_in_everybody();
        CHECK(listed(site, site.ada) == std::vector{job});
        CHECK(site.jobs().deletion_suspended());
    }
}
