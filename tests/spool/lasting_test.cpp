// What was begun lasts no longer than what allowed it.
#include <string>

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "spool/site.hpp"

using namespace myqsec;
using namespace myqsec::test;

namespace {

QueueFields with(const std::function<void(QueueFields&)>& set) {
    QueueFields fields;
    set(fields);
    return fields;
}

audit::StoredEvent last_event(Site& site) {
    return site.audit().list(site.auditor(), {}, {.limit = 1, .descending = true}).at(0);
}

}  // namespace

TEST_CASE("a reader ends when its queue allows no more reading, and goes on when it does again") {
    Site site;
    const auto job = site.submit(site.ada, site.secure, document(200'000));
    const auto reader = site.jobs().open_document(site.ada, job);
    Bytes part(1000);
    CHECK(reader->read_at(0, part) == part.size());
    site.change_queue(site.secure, with([](QueueFields& queue) { queue.preview = false; }));
    CHECK(status_of([&] { (void)reader->read_at(1000, part); }) == Status::ERR_ACCESS_DENIED);
    CHECK(site.count(audit::Action::session_denied) == 1);
    site.change_queue(site.secure, with([](QueueFields& queue) { queue.preview = true; }));
    CHECK(reader->read_at(1000, part) == part.size());
}

TEST_CASE("a reader ends when the job's owner leaves those whose jobs its right is over") {
    Site site;
    const auto sales = site.access().groups.create(site.root, "sales");
    site.access().groups.add(site.root, sales, site.ada_user);
    site.access().roles.create(site.root, "reads sales", {access::Right::job_export});
    access::Grant grant;
    grant.user = site.bob_user;
    grant.scope_group = sales;
    site.access().roles.give(site.root, "reads sales", grant);
    const auto bob = site.log_in(site.bob_user);
    const auto job = site.submit(site.ada, site.secure, document(200'000));
    const auto reader = site.jobs().open_document(bob, job);
    Bytes part(1000);
    CHECK(reader->read_at(0, part) == part.size());
    site.access().groups.remove_member(site.root, sales, site.ada_user);
    CHECK(status_of([&] { (void)reader->read_at(0, part); }) == Status::ERR_ACCESS_DENIED);
}

TEST_CASE("a job that its queue or owner no longer may have when it ends is not taken in") {
    Site site;
    const auto refused = [&](const std::function<void()>& change) {
        auto fields = site.fields(site.secure);
        fields.owner = site.ada_user;
        const auto writer = site.jobs().submit(site.system, fields);
        writer->write(as_bytes("secret"));
        change();
        const auto status = status_of([&] { (void)writer->finish(); });
        CHECK(site.jobs().list(site.root, {}).empty());
        return status;
    };
    CHECK(refused([&] {
              site.change_queue(site.secure, with([](QueueFields& queue) { queue.restricted = true; }));
          }) == Status::ERR_ACCESS_DENIED);
    site.change_queue(site.secure, with([](QueueFields& queue) { queue.restricted = false; }));
    CHECK(refused([&] {
              site.change_queue(site.secure, with([](QueueFields& queue) { queue.enabled = false; }));
          }) == Status::ERR_NOT_POSSIBLE);
    site.change_queue(site.secure, with([](QueueFields& queue) { queue.enabled = true; }));
    CHECK(refused([&] {
              access::UserFields fields;
              fields.state = access::UserState::disabled;
              site.access().users.change(site.root, site.ada_user, fields);
          }) == Status::ERR_NOT_POSSIBLE);
}

TEST_CASE("a release that was fetched and let fall is an event that says how much was read") {
    Site site;
    const auto job = site.submit(site.ada, site.secure, document(300'000));
    const auto says = [&](const std::string& why, const std::string& bytes) {
        const auto event = last_event(site);
        CHECK(event.action == audit::Action::job_release_failed);
        CHECK(event.changes.at(0) == audit::Change{"error", "", why});
        CHECK(event.changes.at(1) == audit::Change{"bytes", "", bytes});
    };
    Bytes part(1000);
    {
        const auto release = site.jobs().begin_release(site.root, job, {});
        CHECK(release->read(part) == part.size());
        release->abort();
        says("abandoned", "1000");
    }
    Bytes all(400'000);
    {
        const auto release = site.jobs().begin_release(site.root, job, {});
        CHECK(release->read(all) == 300'000);
    }
    says("abandoned", "300000");
    CHECK(site.jobs().get(site.ada, job).state == spool::JobState::pending_held);
}

TEST_CASE(
    "whoever cancels or deletes a private job leaves no key to it in older copies, nor does its expiry") {
    Site site;
    const auto waiting = [&] { return site.vault().leaf_keys().status().waiting; };
    site.jobs().cancel(site.ada, site.submit(site.ada, site.private_queue, "one"));
    CHECK(waiting() == 0);
    site.jobs().remove(site.ada, site.submit(site.ada, site.private_queue, "two"));
    CHECK(waiting() == 0);
    static_cast<void>(site.submit(site.ada, site.private_queue, "three"));
    site.pass(std::chrono::hours(24 * 8));
    CHECK(site.files().empty());
    CHECK(waiting() == 0);
    site.jobs().remove(site.ada, site.submit(site.ada, site.secure, "four"));
    CHECK(waiting() == 1);
}

TEST_CASE("of a process that forks inside a sink, the child prints no more of the document") {
    Site site;
    const auto job = site.submit(site.ada, site.secure, document(500'000));
    TraySink tray;
    ::pid_t child = -1;
    tray.before_write = [&] {
        if (child < 0) child = ::fork();
    };
    const auto status = status_of([&] { site.jobs().release(site.ada, job, {}, tray); });
    if (child == 0) ::_exit(status == Status::ERR_FORKED && tray.printed.size() < 200'000 ? 0 : 1);
    CHECK(status == Status::OK);
    CHECK(tray.printed.size() == 500'000);
    int ended = -1;
    CHECK(::waitpid(child, &ended, 0) == child);
    CHECK(ended == 0);
}
