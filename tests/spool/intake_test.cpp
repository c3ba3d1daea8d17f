// Jobs on their way in: limits, rights, and that nothing of an unfinished one remains.
#include <doctest/doctest.h>

#include "base/fault_folder.hpp"
#include "site.hpp"

using namespace myqsec;
using namespace myqsec::test;
using audit::Action;

namespace {

/// Rows and files are what they were: nothing of an attempt remains.
void check_no_trace(Site& site) {
    CHECK(site.jobs().list(site.root, {}).empty());
    CHECK(site.files().empty());
    CHECK(site.count(Action::job_held) == 0);
}

}  // namespace

TEST_CASE("nothing of a job is visible before it is complete, nor after it was abandoned") {
    Site site;
    {
        const auto writer = site.jobs().submit(site.ada, site.fields(site.secure));
        writer->write(as_bytes(document(200'000)));
        check_no_trace(site);
    }
    check_no_trace(site);
}

TEST_CASE("a document arrives the same however it is cut") {
    Site site;
    const auto text = document(140'000);
    const auto writer = site.jobs().submit(site.ada, site.fields(site.secure));
    for (std::size_t at = 0, step = 1; at < text.size(); at += step, step = step * 3 % 70'001 + 1) {
        writer->write(as_bytes(std::string_view(text).substr(at, step)));
    }
    CHECK(site.release(site.ada, writer->finish()) == text);
}

TEST_CASE("a document that is too large is refused without a trace") {
    Site site;
    QueueFields small;
    small.max_job_size = 1000;
    site.change_queue(site.secure, small);
    const auto writer = site.jobs().submit(site.ada, site.fields(site.secure));
    writer->write(as_bytes(document(1000)));
    CHECK(status_of([&] { writer->write(as_bytes("x")); }) == Status::ERR_LIMIT);
    CHECK(status_of([&] { writer->finish(); }) == Status::ERR_NOT_POSSIBLE);
    check_no_trace(site);
    site.set("spool.max_job_size", "512B");
    CHECK(status_of([&] { site.submit(site.ada, site.direct, document(513)); }) == Status::ERR_LIMIT);
    CHECK(site.submit(site.ada, site.direct, document(512)));
}

TEST_CASE("only those allowed submit to a restricted queue, also through groups around theirs") {
    Site site;
    QueueFields restricted;
    restricted.restricted = true;
    site.change_queue(site.secure, restricted);
    CHECK(status_of([&] { site.submit(site.ada, site.secure, "x"); }) == Status::ERR_NOT_FOUND);
    auto& groups = site.access().groups;
    const auto company = groups.create(site.root, "company");
    const auto sales = groups.create(site.root, "sales", company);
    groups.add(site.root, sales, site.ada_user);
    auto& queues = site.spool().queues;
    queues.allow(site.root, site.secure, {}, company);
    queues.allow(site.root, site.secure, {}, company);
    CHECK(site.submit(site.ada, site.secure, "x"));
    CHECK(status_of([&] { site.submit(site.bob, site.secure, "x"); }) == Status::ERR_NOT_FOUND);
    CHECK(queues.list(site.ada).size() == 3);
    CHECK(queues.list(site.bob).size() == 2);
    queues.allow(site.root, site.secure, site.bob_user, {});
    CHECK(site.submit(site.bob, site.secure, "x"));
    queues.disallow(site.root, site.secure, {}, company);
    CHECK(status_of([&] { site.submit(site.ada, site.secure, "x"); }) == Status::ERR_NOT_FOUND);
}

TEST_CASE("the host submits for the user whom it names; users only for themselves") {
    Site site;
    auto fields = site.fields(site.secure);
    CHECK(status_of([&] { site.jobs().submit(site.system, fields); }) == Status::ERR_INVALID_ARGUMENT);
    fields.owner = site.ada_user;
    const auto writer = site.jobs().submit(site.system, fields);
    CHECK(site.jobs().get(site.ada, writer->finish()).owner == site.ada_user);
    CHECK(status_of([&] { site.jobs().submit(site.bob, fields); }) == Status::ERR_ACCESS_DENIED);
    fields.owner = UserId(999);
    CHECK(status_of([&] { site.jobs().submit(site.system, fields); }) == Status::ERR_NOT_FOUND);
}

TEST_CASE("a queue that is disabled or unknown accepts nothing; one that holds jobs stays") {
    Site site;
    QueueFields off;
    off.enabled = false;
    site.submit(site.ada, site.secure, "x");
    site.change_queue(site.secure, off);
    CHECK(status_of([&] { site.submit(site.ada, site.secure, "x"); }) == Status::ERR_NOT_POSSIBLE);
    CHECK(status_of([&] { site.submit(site.ada, QueueId(99), "x"); }) == Status::ERR_NOT_FOUND);
    CHECK(status_of([&] { site.spool().queues.remove(site.root, site.secure); }) == Status::ERR_NOT_POSSIBLE);
    site.jobs().cancel(site.ada, site.jobs().list(site.ada, {}).at(0).id);
    site.spool().queues.remove(site.root, site.secure);
    CHECK(site.spool().queues.list(site.root).size() == 2);
    CHECK(status_of([&] { site.add_queue("direct", QueueKind::secure); }) == Status::ERR_EXISTS);
    CHECK(status_of([&] { site.spool().queues.remove(site.ada, site.direct); }) == Status::ERR_ACCESS_DENIED);
}

TEST_CASE(
    "a queue goes with the grants limited to it, which needs what taking them needs and ends their holders' "
    "sessions") {
    Site site;
    access::Grant grant;
    grant.user = site.bob_user;
    site.access().roles.give(site.root, "queue-administrator", grant);
    grant.user = site.ada_user;
    grant.scope_queue = site.direct;
    site.access().roles.give(site.root, "queue-administrator", grant);
    CHECK(status_of([&] { site.spool().queues.remove(site.bob, site.direct); }) == Status::ERR_ACCESS_DENIED);
    CHECK(site.access().roles.grants(site.root).size() == 3);
    site.spool().queues.remove(site.root, site.direct);
    CHECK(site.access().roles.grants(site.root).size() == 2);
    CHECK(site.count(audit::Action::role_revoked) == 1);
    CHECK_FALSE(site.access().sessions.alive(site.ada));
    CHECK(site.access().sessions.alive(site.bob));
    grant.scope_queue = QueueId(77);
    CHECK(status_of([&] { site.access().roles.give(site.root, "auditor", grant); }) == Status::ERR_NOT_FOUND);
}

TEST_CASE("a user who is removed while a job comes in leaves no job behind") {
    Site site;
    auto fields = site.fields(site.secure);
    fields.owner = site.ada_user;
    const auto writer = site.jobs().submit(site.system, fields);
    writer->write(as_bytes("late"));
    site.access().users.remove(site.root, site.ada_user);
    CHECK(status_of([&] { writer->finish(); }) == Status::ERR_NOT_FOUND);
    check_no_trace(site);
}

TEST_CASE("a disk that fills up, or fails, during intake leaves no trace and loses nothing held") {
    Site site;
    const auto kept = site.submit(site.ada, site.secure, "kept");
    for (const auto fault : {Fault::no_space, Fault::short_write, Fault::io_error, Fault::sync_failure}) {
        bool struck = true;
        for (std::uint64_t at = 1; struck && at < 200; ++at) {
            const auto plan = std::make_shared<FaultPlan>();
            plan->fault = fault;
            site.close();
            site.open([&](auto folder) { return std::make_unique<FaultFolder>(std::move(folder), plan); });
            site.log_in_everybody();
            plan->calls = 0;
            plan->fail_at = at;
            JobId job;
            const auto status =
                status_of([&] { job = site.submit(site.ada, site.secure, document(150'000)); });
            struck = plan->struck();
            plan->fail_at = UINT64_MAX;
            CHECK((status == Status::OK || struck));

            site.reopen();
            const auto jobs = site.jobs().list(site.ada, {});
            REQUIRE_FALSE(jobs.empty());
            CHECK(jobs.at(0).id == kept);
            CHECK(jobs.size() == site.files().size());
            CHECK(site.count(Action::job_held) - site.count(Action::job_deleted) == jobs.size());
            if (job) CHECK(jobs.size() == 2);
            for (std::size_t i = 1; i < jobs.size(); ++i) {
                CHECK(site.release(site.ada, jobs[i].id, true) == document(150'000));
                site.jobs().remove(site.ada, jobs[i].id);
            }
        }
        CHECK_FALSE(struck);
    }
    CHECK(site.release(site.ada, kept) == "kept");
}
