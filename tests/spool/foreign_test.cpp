// A job of somebody else's is, to whoever may not see it, a job that is not there.
#include <functional>
#include <string>

#include <doctest/doctest.h>

#include "spool/site.hpp"

using namespace myqsec;
using namespace myqsec::test;

TEST_CASE("a foreign job and a missing one get the same answer, and both refusals are audited") {
    Site site;
    const auto foreign = site.submit(site.ada, site.secure, "hers");
    const JobId missing(4711);
    DeviceId device;
    {
        device::DeviceFields fields;
        fields.name = "lobby";
        device = site.devices().create(site.root, fields);
    }
    const auto at_device =
        site.access().sessions.open_device_session(site.host_proof(), site.bob_user, device);
    TraySink tray;
    for (const auto& who : {site.bob, at_device}) {
        const std::function<void(JobId)> calls[] = {
            [&](JobId job) { (void)site.jobs().get(who, job); },
            [&](JobId job) { site.jobs().cancel(who, job); },
            [&](JobId job) { site.jobs().remove(who, job); },
            [&](JobId job) { site.jobs().release(who, job, {}, tray); },
            [&](JobId job) { (void)site.jobs().begin_release(who, job, {}); },
            [&](JobId job) { (void)site.jobs().open_document(who, job); },
        };
        for (const auto& call : calls) {
            for (const auto job : {foreign, missing}) {
                site.access().refusals.close();  // so that the next one is no mere count
                const auto denied = site.count(audit::Action::session_denied);
                CHECK(status_of([&] { call(job); }) == Status::ERR_NOT_FOUND);
                CHECK(site.count(audit::Action::session_denied) == denied + 1);
                CHECK(site.audit().list(site.auditor(), {}, {.limit = 1, .descending = true}).at(0).object ==
                      audit::Object(job));
            }
        }
        site.access().sessions.end(who.session, access::EndReason::logout);
        const auto denied = site.count(audit::Action::session_denied);
        for (const auto job : {foreign, missing})
            CHECK(status_of([&] { (void)site.jobs().get(who, job); }) == Status::ERR_SESSION_ENDED);
        CHECK(site.count(audit::Action::session_denied) == denied);
    }
    // Whoever sees all jobs is told that there is none, which is no refusal.
    const auto denied = site.count(audit::Action::session_denied);
    CHECK(status_of([&] { (void)site.jobs().get(site.root, missing); }) == Status::ERR_NOT_FOUND);
    CHECK(site.count(audit::Action::session_denied) == denied);
}

TEST_CASE(
    "a queue that one may not see and a missing one get the same answer, and both refusals are audited") {
    Site site;
    QueueFields fields;
    fields.name = "board";
    fields.restricted = true;
    fields.enabled = false;
    const auto unseen = site.spool().queues.create(site.root, fields);
    const QueueId missing(4711);
    for (const auto queue : {unseen, missing}) {
        site.access().refusals.close();
        const auto denied = site.count(audit::Action::session_denied);
        CHECK(sentence_of([&] { (void)site.jobs().submit(site.bob, site.fields(queue)); }) ==
              "there is no queue " + std::to_string(queue.value));
        CHECK(status_of([&] { (void)site.jobs().submit(site.bob, site.fields(queue)); }) ==
              Status::ERR_NOT_FOUND);
        CHECK(site.count(audit::Action::session_denied) == denied + 1);
        CHECK(site.audit().list(site.auditor(), {}, {.limit = 1, .descending = true}).at(0).object ==
              audit::Object(queue));
    }
    // Whoever sees all queues is told what is wrong with each.
    auto for_bob = site.fields(unseen);
    for_bob.owner = site.bob_user;
    for (const auto& who : {site.root, site.system}) {
        CHECK(sentence_of([&] { (void)site.jobs().submit(who, for_bob); }).find("is restricted") !=
              std::string::npos);
    }
    site.spool().queues.allow(site.root, unseen, site.bob_user, {});
    CHECK(status_of([&] { (void)site.jobs().submit(site.bob, site.fields(unseen)); }) ==
          Status::ERR_NOT_POSSIBLE);
}

TEST_CASE(
    "whoever allows people to a queue without seeing users or groups learns of none whether there is one") {
    Site site;
    const auto office = site.access().groups.create(site.root, "office");
    access::Grant grant;
    grant.user = site.bob_user;
    site.access().roles.give(site.root, "queue-administrator", grant);
    site.log_in_everybody();
    auto& queues = site.spool().queues;
    const UserId no_user(4711);
    const GroupId no_group(4711);
    const std::pair<UserId, GroupId> there[] = {{site.ada_user, {}}, {{}, office}};
    const std::pair<UserId, GroupId> missing[] = {{no_user, {}}, {{}, no_group}};
    for (const auto& [user, group] : there) {
        const auto changed = site.count(audit::Action::queue_changed);
        CHECK_NOTHROW(queues.allow(site.bob, site.secure, user, group));
        CHECK(site.count(audit::Action::queue_changed) == changed + 1);
    }
    const auto changed = site.count(audit::Action::queue_changed);
    for (const auto& [user, group] : missing) {
        site.access().refusals.close();
        const auto denied = site.count(audit::Action::session_denied);
        CHECK_NOTHROW(queues.allow(site.bob, site.secure, user, group));
        CHECK(site.count(audit::Action::session_denied) == denied + 1);
        CHECK_NOTHROW(queues.disallow(site.bob, site.secure, user, group));
        // Whoever sees them is told.
        const auto allowing = [&, nobody = user, none = group] {
            queues.allow(site.root, site.secure, nobody, none);
        };
        CHECK(status_of(allowing) == Status::ERR_NOT_FOUND);
    }
    CHECK(site.count(audit::Action::queue_changed) == changed);
}

TEST_CASE("whoever manages groups opens no restricted queue by them, to themselves or others") {
    Site site;
    QueueFields fields;
    fields.name = "board";
    fields.restricted = true;
    const auto board = site.spool().queues.create(site.root, fields);
    auto& groups = site.access().groups;
    const auto directors = groups.create(site.root, "directors");
    site.spool().queues.allow(site.root, board, {}, directors);
    site.access().roles.create(site.root, "groups-only", {access::Right::group_manage});
    access::Grant grant;
    grant.user = site.bob_user;
    site.access().roles.give(site.root, "groups-only", grant);
    site.bob = site.log_in(site.bob_user);
    const auto own = groups.create(site.bob, "own");
    groups.add(site.bob, own, site.bob_user);
    const std::function<void()> ways[] = {
        [&] { groups.add(site.bob, directors, site.bob_user); },
        [&] { groups.change(site.bob, own, std::nullopt, directors); },
        [&] { groups.create(site.bob, "inside", directors); },
    };
    for (const auto& way : ways)
        CHECK(status_of(way) == Status::ERR_ACCESS_DENIED);
    CHECK(status_of([&] { site.submit(site.bob, board, "in"); }) == Status::ERR_NOT_FOUND);
    access::Grant in_queue = grant;
    in_queue.scope_queue = board;
    site.access().roles.give(site.root, "queue-administrator", in_queue);
    groups.add(site.bob, directors, site.ada_user);
    site.submit(site.ada, board, "in");
}
