// The record of releases: written with what it tells of, there when the job is gone, and silent on who was
// removed.
#include <doctest/doctest.h>

#include "base/paging.hpp"
#include "spool/instance_files.hpp"
#include "spool/site.hpp"

using namespace myqsec;
using namespace myqsec::test;
using spool::ReleaseOutcome;
using spool::ReleaseRecord;

namespace {

std::int64_t key_of_release(const ReleaseRecord& release) {
    return release.id.value;
}

void fail_release(Site& site, const access::Principal& who, JobId job, std::size_t beyond) {
    TraySink jammed;
    jammed.fail_beyond = beyond;
    CHECK(status_of([&] { site.jobs().release(who, job, {}, jammed); }) == Status::ERR_CALLBACK);
}

}  // namespace

TEST_CASE("each release leaves a record that outlives its job") {
    Site site;
    const auto text = document(300'000);
    const auto secret = site.submit(site.ada, site.private_queue, text);
    fail_release(site, site.ada, secret, 100'000);
    const auto at_device =
        site.access().sessions.open_device_session(site.host_proof(), site.ada_user, DeviceId(7));
    CHECK(site.release(at_device, secret) == text);
    CHECK(site.files().empty());
    CHECK(site.release(site.system, site.submit(site.bob, site.direct, "now")) == "now");

    const auto all = site.jobs().releases(site.root);
    REQUIRE(all.size() == 3);
    CHECK(all[0].outcome == ReleaseOutcome::failed);
    CHECK(all[0].job == secret);
    CHECK(all[0].bytes < text.size());
    CHECK_FALSE(all[0].device);
    CHECK(all[1].outcome == ReleaseOutcome::printed);
    CHECK(all[1].job == secret);
    CHECK(all[1].queue == site.private_queue);
    CHECK(all[1].owner == site.ada_user);
    CHECK(all[1].person == site.ada_user);
    CHECK(all[1].device == DeviceId(7));
    CHECK(all[1].ended == site.clock.now());
    CHECK(all[1].bytes == text.size());
    CHECK(all[1].private_queue);
    CHECK(all[2].owner == site.bob_user);
    CHECK_FALSE(all[2].person);  // the host
    CHECK_FALSE(all[2].private_queue);
}

TEST_CASE("what a crash interrupted is on record with who released it, and where") {
    Site site;
    const auto job = site.submit(site.ada, site.secure, "interrupted");
    InstanceFiles files;
    TraySink tray;
    tray.before_write = [&] { files = copy_instance(site.path()); };
    const auto at_device =
        site.access().sessions.open_device_session(site.host_proof(), site.ada_user, DeviceId(7));
    site.jobs().release(at_device, job, {}, tray);
    site.close();
    restore_instance(site.path(), files);
    site.reopen();
    const auto all = site.jobs().releases(site.root);
    REQUIRE(all.size() == 1);
    CHECK(all[0].outcome == ReleaseOutcome::possibly_printed);
    CHECK(all[0].person == site.ada_user);
    CHECK(all[0].device == DeviceId(7));
    CHECK_FALSE(all[0].bytes);
}

TEST_CASE("one sees the releases of one's own jobs, and pages of them are the whole") {
    Site site;
    for (int i = 0; i < 12; ++i) {
        const bool adas = i % 3 != 0;
        site.release(site.root, site.submit(adas ? site.ada : site.bob, site.private_queue, "x"));
    }
    const auto keys = [](const auto& releases) {
        std::vector<std::int64_t> out;
        for (const auto& release : releases)
            out.push_back(key_of_release(release));
        return out;
    };
    const auto of_ada = site.jobs().releases(site.ada);
    CHECK(of_ada.size() == 8);
    for (const auto& release : of_ada)
        CHECK(release.owner == site.ada_user);
    check_pages([&](const Page& page) { return site.jobs().releases(site.ada, {}, page); }, key_of_release,
                keys(of_ada));
    const auto all = site.jobs().releases(site.root);
    CHECK(all.size() == 12);
    check_pages([&](const Page& page) { return site.jobs().releases(site.root, {}, page); }, key_of_release,
                keys(all));
    check_plans(site.vault().main(), spool::store::release_list_statements(), {"release_record", "r"});
}

TEST_CASE("releases are listed by who, where and when, within what one may see, whatever the clock did") {
    Site site;
    for (int i = 0; i < 24; ++i) {
        const bool adas = i % 3 != 0;
        const auto job =
            site.submit(adas ? site.ada : site.bob, i % 4 == 0 ? site.private_queue : site.secure, "x");
        const auto at_device = site.access().sessions.open_device_session(
            site.host_proof(), site.ada_user, i % 2 == 0 ? DeviceId(7) : DeviceId(8));
        site.release(adas ? at_device : site.root, job);
        site.clock.advance(std::chrono::minutes(i == 12 ? -300 : i % 5 == 0 ? 40 : 1));
        site.log_in_everybody();
    }
    const auto all = site.jobs().releases(site.root, {}, {.limit = 1000});
    REQUIRE(all.size() == 24);
    const auto at_noon = all[10].ended;
    std::vector<spool::ReleaseFilter> filters(10);
    filters[1].owner = site.ada_user;
    filters[2].person = site.root_user;
    filters[3].device = DeviceId(8);
    filters[4].queue = site.private_queue;
    filters[5].job = all[5].job;
    filters[6].from = at_noon;
    filters[7].to = at_noon;
    filters[8].device = DeviceId(7);
    filters[8].from = at_noon;
    filters[8].queue = site.secure;
    filters[9].owner = site.bob_user;
    filters[9].person = site.ada_user;
    for (const auto& filter : filters) {
        for (const auto& who : {site.root, site.ada, site.bob}) {
            std::vector<std::int64_t> expected;
            for (const auto& one : all) {
                const auto is = [](auto wanted, auto found) { return !wanted || wanted == found; };
                if (is(filter.job, one.job) && is(filter.owner, one.owner) && is(filter.person, one.person) &&
                    is(filter.device, one.device) && is(filter.queue, one.queue) &&
                    one.ended >= filter.from && one.ended < filter.to &&
                    (who.user == site.root_user || who.user == one.owner))
                    expected.push_back(key_of_release(one));
            }
            check_pages([&](const Page& page) { return site.jobs().releases(who, filter, page); },
                        key_of_release, expected);
        }
    }
}

TEST_CASE("a record names nobody who was removed, as owner or as who released it") {
    Site site;
    site.release(site.ada, site.submit(site.ada, site.secure, "one"));
    site.release(site.root, site.submit(site.ada, site.secure, "two"));
    const auto of_bob = site.submit(site.bob, site.secure, "three");
    site.release(site.bob, of_bob);
    site.access().users.remove(site.root, site.ada_user);
    const auto all = site.jobs().releases(site.root);
    REQUIRE(all.size() == 3);
    CHECK_FALSE(all[0].owner);
    CHECK_FALSE(all[0].person);
    CHECK_FALSE(all[1].owner);
    CHECK(all[1].person == site.root_user);
    CHECK(all[2].owner == site.bob_user);

    TraySink tray;
    const auto going = site.submit(site.bob, site.secure, document(1'000'000));
    tray.before_write = [&] { site.access().users.remove(site.root, site.bob_user); };
    CHECK(status_of([&] { site.jobs().release(site.root, going, {}, tray); }) != Status::OK);
    for (const auto& release : site.jobs().releases(site.root))
        CHECK_FALSE(release.owner);
}
