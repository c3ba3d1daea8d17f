// Delegates: what they see and release of somebody else's, and when that ends.
#include "spool/permits/delegation.hpp"

#include <doctest/doctest.h>

#include "base/paging.hpp"
#include "spool/site.hpp"

using namespace myqsec;
using namespace myqsec::test;
using audit::Action;
using spool::DelegationFields;

namespace {

/// Ada lets Bob release her jobs; a device stands in the lobby.
struct DelegationSite : Site {
    DelegationSite() {
        device::DeviceFields fields;
        fields.name = "lobby";
        lobby = devices().create(root, fields);
    }
    access::Principal at_lobby(UserId user) {
        return access().sessions.open_device_session(host_proof(), user, lobby);
    }
    DelegationId let_bob(bool names = false, bool private_jobs = false,
                         std::optional<Instant> until = std::nullopt) {
        DelegationFields fields;
        fields.delegate_name = "bob";
        fields.names = names;
        fields.private_jobs = private_jobs;
        fields.until = until;
        return spool().delegations.give(ada, fields);
    }
    std::vector<JobId> seen_by(const access::Principal& who) {
        std::vector<JobId> ids;
        for (const auto& job : jobs().list(who, {}))
            ids.push_back(job.id);
        return ids;
    }
    Status giving(const access::Principal& who, UserId owner, std::string_view delegate, bool names = false) {
        return status_of([&] {
            DelegationFields fields;
            fields.owner = owner;
            fields.delegate_name = delegate;
            fields.names = names;
            spool().delegations.give(who, fields);
        });
    }
    audit::StoredEvent last() { return audit().list(auditor(), {}, {.limit = 1, .descending = true}).at(0); }

    DeviceId lobby;
};

std::string value_of(const audit::StoredEvent& event, std::string_view field) {
    for (const auto& change : event.changes) {
        if (change.field == field) return change.new_value;
    }
    return "";
}

}  // namespace

TEST_CASE("a delegate releases a colleague's job at a device, and the log names both") {
    DelegationSite site;
    const auto job = site.submit(site.ada, site.secure, "hers");
    const auto own = site.submit(site.bob, site.secure, "his");
    CHECK(site.seen_by(site.at_lobby(site.bob_user)) == std::vector<JobId>{own});
    CHECK(status_of([&] { site.release(site.at_lobby(site.bob_user), job); }) == Status::ERR_NOT_FOUND);

    site.let_bob();
    const auto bob_there = site.at_lobby(site.bob_user);
    CHECK(site.seen_by(bob_there) == std::vector<JobId>{job, own});
    CHECK(site.seen_by(site.bob) == std::vector<JobId>{job, own});
    CHECK(site.release(bob_there, job) == "hers");
    const auto event = site.last();
    CHECK(event.action == Action::job_released);
    CHECK(event.actor == site.access().users.actor(site.bob_user));
    CHECK(value_of(event, "delegate_of") == std::to_string(site.ada_user.value));
    spool::ReleaseFilter of_job;
    of_job.job = job;
    const auto record = site.jobs().releases(site.root, of_job).at(0);
    CHECK(record.owner == site.ada_user);
    CHECK(record.person == site.bob_user);
    // What was printed is its owner's alone.
    CHECK(site.seen_by(bob_there) == std::vector<JobId>{own});
    CHECK(status_of([&] { site.release(bob_there, job); }) == Status::ERR_NOT_FOUND);
    CHECK(site.release(site.ada, job) == "hers");
}

TEST_CASE("a delegate reads no names unless the owner says so, and can do nothing but release") {
    DelegationSite site;
    const auto job = site.submit(site.ada, site.secure, "hers");
    for (const bool names : {false, true}) {
        CAPTURE(names);
        site.let_bob(names);
        for (const auto& who : {site.bob, site.at_lobby(site.bob_user)}) {
            for (const auto& seen : {site.jobs().get(who, job), site.jobs().list(who, {}).at(0)}) {
                CHECK(seen.name == (names ? "Quarterly figures" : "***"));
                CHECK(seen.host_name == (names ? "workstation-7.example.org" : "***"));
                CHECK(seen.owner == site.ada_user);
            }
            CHECK(status_of([&] { site.jobs().cancel(who, job); }) == Status::ERR_NOT_FOUND);
            CHECK(status_of([&] { site.jobs().remove(who, job); }) == Status::ERR_NOT_FOUND);
            CHECK(status_of([&] { (void)site.jobs().open_document(who, job); }) == Status::ERR_NOT_FOUND);
        }
    }
    // Whoever sees a job by a right sees it whole.
    CHECK(site.jobs().get(site.root, job).name == "Quarterly figures");
}

TEST_CASE("jobs of private queues are for a delegate only where the owner says so") {
    DelegationSite site;
    const auto job = site.submit(site.ada, site.private_queue, "payslip");
    site.let_bob();
    CHECK(site.seen_by(site.bob).empty());
    CHECK(status_of([&] { site.release(site.bob, job); }) == Status::ERR_NOT_FOUND);
    site.let_bob(false, true);
    CHECK(site.seen_by(site.bob) == std::vector<JobId>{job});
    CHECK(site.release(site.bob, job) == "payslip");
    CHECK(site.seen_by(site.ada).empty());
}

TEST_CASE("a delegation ends at its instant, and a clock that is set back gives nobody more time") {
    DelegationSite site;
    const auto job = site.submit(site.ada, site.secure, "hers");
    site.let_bob(false, false, site.clock.now() + std::chrono::minutes(5));
    CHECK(site.seen_by(site.bob) == std::vector<JobId>{job});
    site.clock.advance(std::chrono::minutes(5));
    CHECK(site.seen_by(site.bob).empty());
    CHECK(status_of([&] { site.release(site.bob, job); }) == Status::ERR_NOT_FOUND);
    CHECK(site.spool().delegations.list(site.ada, {}).empty());
    site.spool().delegations.tick();
    const auto event = site.last();
    CHECK(event.action == Action::delegation_taken);
    CHECK(value_of(event, "reason") == "over");
    CHECK(event.object == audit::Object(site.ada_user));
    site.clock.advance(std::chrono::minutes(-10));
    CHECK(site.seen_by(site.bob).empty());

    CHECK(status_of([&] { site.let_bob(false, false, site.clock.now()); }) == Status::ERR_INVALID_ARGUMENT);
    CHECK(status_of([&] { site.let_bob(false, false, Instant(Duration(INT64_MAX))); }) ==
          Status::ERR_INVALID_ARGUMENT);
}

TEST_CASE("what is taken back stops what a delegate is releasing, and the job is held again") {
    DelegationSite site;
    const auto job = site.submit(site.ada, site.secure, document(300'000));
    SUBCASE("by its owner") {
        const auto delegation = site.let_bob();
        const auto release = site.jobs().begin_release(site.bob, job, {});
        Bytes some(1000);
        CHECK(release->read(some) == some.size());
        site.spool().delegations.take(site.ada, delegation);
        CHECK(status_of([&] { (void)release->read(some); }) == Status::ERR_ACCESS_DENIED);
    }
    SUBCASE("by narrowing it") {
        site.let_bob();
        TraySink tray;
        tray.before_write = [&] { site.let_bob(false, false, site.clock.now() + std::chrono::hours(1)); };
        site.jobs().release(site.bob, job, {true}, tray);  // still in force
        tray.before_write = [&] { site.clock.advance(std::chrono::hours(2)); };
        CHECK(status_of([&] { site.jobs().release(site.bob, job, {}, tray); }) != Status::OK);
        site.log_in_everybody();
    }
    CHECK(site.jobs().get(site.ada, job).state == spool::JobState::pending_held);
    CHECK(site.release(site.ada, job) == document(300'000));
}

TEST_CASE("nobody lets others release what is not theirs to give") {
    DelegationSite site;
    const auto eve = site.add_user("eve", "");
    CHECK(site.giving(site.bob, site.ada_user, "bob") == Status::ERR_ACCESS_DENIED);
    CHECK(site.giving(site.bob, site.ada_user, "eve") == Status::ERR_ACCESS_DENIED);
    CHECK(site.giving(site.at_lobby(site.ada_user), {}, "bob") == Status::ERR_ACCESS_DENIED);
    CHECK(site.giving(site.system, {}, "bob") == Status::ERR_INVALID_ARGUMENT);
    CHECK(site.giving(site.system, site.ada_user, "bob") == Status::ERR_ACCESS_DENIED);

    // A manager of releases may, but gives away no names that they may not read.
    access::Grant grant;
    grant.user = eve;
    site.access().roles.create(site.root, "releaser", access::RightSet{access::Right::job_release_all});
    site.access().roles.give(site.root, "releaser", grant);
    const auto manager = site.log_in(eve);
    CHECK(site.giving(manager, site.ada_user, "bob", true) == Status::ERR_ACCESS_DENIED);
    CHECK(site.giving(manager, site.ada_user, "bob") == Status::OK);
    const auto event = site.last();
    CHECK(event.action == Action::delegation_given);
    CHECK(event.actor == site.access().users.actor(eve));
    CHECK(event.object == audit::Object(site.ada_user));
    CHECK(value_of(event, "delegate") == std::to_string(site.bob_user.value));
}

TEST_CASE("a delegate must be somebody else, active, and named one way; the same again is no event") {
    DelegationSite site;
    CHECK(site.giving(site.ada, {}, "ada") == Status::ERR_INVALID_ARGUMENT);
    CHECK(site.giving(site.ada, {}, "nobody") == Status::ERR_NOT_FOUND);
    CHECK(site.giving(site.ada, {}, "") == Status::ERR_INVALID_ARGUMENT);
    CHECK(status_of([&] {
              site.spool().delegations.give(site.ada, {.owner = {}, .delegate = site.bob_user});
          }) == Status::ERR_NOT_FOUND);  // ids are for who may see users
    const auto id = site.let_bob();
    const auto given = site.count(Action::delegation_given);
    CHECK(site.let_bob() == id);
    CHECK(site.count(Action::delegation_given) == given);
    CHECK(site.count(Action::delegation_changed) == 0);
    CHECK(site.let_bob(true) == id);
    CHECK(site.count(Action::delegation_changed) == 1);

    access::UserFields disabled;
    disabled.state = access::UserState::disabled;
    const auto job = site.submit(site.ada, site.secure, "hers");
    site.access().users.change(site.root, site.ada_user, disabled);
    CHECK(site.seen_by(site.bob).empty());
    CHECK(status_of([&] { site.release(site.bob, job); }) == Status::ERR_NOT_FOUND);
    CHECK(site.giving(site.root, site.bob_user, "ada") == Status::ERR_NOT_POSSIBLE);
}

TEST_CASE("either of the two ends a delegation, and nobody else learns of it") {
    DelegationSite site;
    const auto eve_user = site.add_user("eve", "");
    const auto eve = site.log_in(eve_user);
    auto& delegations = site.spool().delegations;
    const auto id = site.let_bob();
    CHECK(delegations.list(site.ada, {}).size() == 1);
    CHECK(delegations.list(site.bob, {}).size() == 1);
    CHECK(delegations.list(site.bob, {.owner = site.ada_user, .delegate = {}}).size() == 1);
    CHECK(delegations.list(site.root, {}).size() == 1);
    CHECK(delegations.list(eve, {}).empty());
    CHECK(delegations.list(eve, {.owner = site.ada_user, .delegate = {}}).empty());
    CHECK(delegations.list(eve, {.owner = site.ada_user, .delegate = site.bob_user}).empty());
    for (const auto which : {id, DelegationId(4711)})
        CHECK(status_of([&] { delegations.take(eve, which); }) == Status::ERR_NOT_FOUND);
    delegations.take(site.bob, id);
    CHECK(delegations.list(site.ada, {}).empty());
    CHECK(site.last().action == Action::delegation_taken);
    CHECK(status_of([&] { delegations.take(site.ada, id); }) == Status::ERR_NOT_FOUND);
    delegations.take(site.root, site.let_bob());

    site.let_bob();
    site.access().users.remove(site.root, site.bob_user);
    CHECK(delegations.list(site.root, {}).empty());
}

TEST_CASE("an owner has so many delegates, and a delegate so many owners, and no more") {
    DelegationSite site;
    std::vector<UserId> people;
    for (int i = 0; i <= spool::most_delegations; ++i)
        people.push_back(site.add_user("person" + std::to_string(i), ""));
    for (int i = 0; i < spool::most_delegates; ++i)
        CHECK(site.giving(site.ada, {}, "person" + std::to_string(i)) == Status::OK);
    CHECK(site.giving(site.ada, {}, "bob") == Status::ERR_LIMIT);
    CHECK(site.giving(site.ada, {}, "person3", true) == Status::OK);  // no further one
    for (int i = 0; i < spool::most_delegations; ++i)
        CHECK(site.giving(site.root, people[static_cast<std::size_t>(i)], "bob") == Status::OK);
    CHECK(site.giving(site.root, people.back(), "bob") == Status::ERR_LIMIT);
}

TEST_CASE("lists of delegations are read by an index, in pages that are all of them") {
    DelegationSite site;
    for (int i = 0; i < 20; ++i) {
        site.add_user("person" + std::to_string(i), "");
        site.giving(site.ada, {}, "person" + std::to_string(i));
        if (i % 3 == 0)
            site.giving(site.root, *site.access().users.named("person" + std::to_string(i)), "ada");
    }
    const auto pages = [&](const access::Principal& who) {
        return [&, who](const Page& page) { return site.spool().delegations.list(who, {}, page); };
    };
    const auto id_of = [](const spool::Delegation& one) { return one.id.value; };
    for (const auto& who : {site.ada, site.root}) {
        std::vector<std::int64_t> all;
        for (const auto& one : site.spool().delegations.list(who, {}))
            all.push_back(one.id.value);
        CHECK(all.size() == 27);
        check_pages(pages(who), id_of, all);
    }
    check_plans(site.vault().main(), spool::store::delegation_list_statements(), {"job_delegation"});
}
