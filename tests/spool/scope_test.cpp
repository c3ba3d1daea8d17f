// Lists under a role that is over what a group's people have in one queue.
#include <algorithm>

#include <doctest/doctest.h>

#include "base/paging.hpp"
#include "spool/site.hpp"

using namespace myqsec;
using namespace myqsec::test;

TEST_CASE("a manager of a group in a queue sees its people's jobs there, and no others") {
    Site site;
    const auto head_user = site.add_user("head", "");
    const auto department = site.access().groups.create(site.root, "department");
    const auto team = site.access().groups.create(site.root, "team", department);
    site.access().groups.add(site.root, team, site.ada_user);
    site.access().roles.create(site.root, "watcher",
                               {access::Right::job_manage_all, access::Right::job_release_all});
    access::Grant grant;
    grant.user = head_user;
    grant.scope_group = department;
    grant.scope_queue = site.secure;
    site.access().roles.give(site.root, "watcher", grant);

    const auto seen = site.submit(site.ada, site.secure, "seen");
    const auto elsewhere = site.submit(site.ada, site.private_queue, "elsewhere");
    const auto stranger = site.submit(site.bob, site.secure, "a stranger's");
    const auto head = site.log_in(head_user);
    const auto own = site.submit(head, site.private_queue, "own");
    const auto listed = [&](const spool::JobFilter& filter) {
        return [&, filter](const Page& page) { return site.jobs().list(head, filter, page); };
    };
    const auto id_of = [](const spool::Job& job) { return job.id.value; };
    check_pages<false>(listed({}), id_of, {seen.value, own.value});
    spool::JobFilter filter;
    filter.queue = site.secure;
    check_pages<false>(listed(filter), id_of, {seen.value});
    filter = {};
    filter.owner = site.ada_user;
    check_pages<false>(listed(filter), id_of, {seen.value});
    filter.owner = site.bob_user;
    check_pages<false>(listed(filter), id_of, {});

    for (const auto job : {elsewhere, stranger}) {
        CHECK(status_of([&] { (void)site.jobs().get(head, job); }) == Status::ERR_NOT_FOUND);
        CHECK(status_of([&] { site.release(head, job); }) == Status::ERR_NOT_FOUND);
        site.release(site.root, job);
    }
    CHECK(site.release(head, seen) == "seen");
    std::vector<JobId> released;
    for (const auto& record : site.jobs().releases(head))
        released.push_back(record.job);
    CHECK(released == std::vector<JobId>{seen});
}
