// Lists of jobs and queues: pages, filters, and that each shows what a check of every row would.
#include <random>
#include <set>

#include <doctest/doctest.h>

#include "base/paging.hpp"
#include "crypto/random.hpp"
#include "spool/records/certificate_store.hpp"
#include "spool/records/job_list_store.hpp"
#include "spool/records/queue_store.hpp"
#include "spool/site.hpp"

using namespace myqsec;
using namespace myqsec::spool;
using access::Right;
using test::Site;

namespace {

constexpr JobState all_states[] = {JobState::pending_held, JobState::processing, JobState::canceled,
                                   JobState::aborted, JobState::completed};

/// Many jobs of many people in many queues, in rows alone: lists open no document.
struct CrowdedSite : Site {
    CrowdedSite() {
        for (int i = 0; i < 12; ++i) {
            people.push_back(add_user("person" + std::to_string(i), ""));
            groups.push_back(access().groups.create(root, "group" + std::to_string(i),
                                                    i % 3 == 0 ? GroupId() : groups.back()));
            access().groups.add(root, groups.back(), people.back());
            queues.push_back(add_queue("queue" + std::to_string(i), QueueKind::secure));
        }
        add_jobs(400);
    }
    void add_jobs(int count) {
        storage::Transaction transaction(vault().main());
        for (int i = 0; i < count; ++i)
            add_job();
        transaction.commit();
    }
    JobId add_job() {
        store::JobRecord job;
        job.uuid = crypto::random_array<16>();
        job.blob = crypto::random_array<16>();
        job.queue = pick(queues);
        job.owner = pick(people);
        job.leaf = LeafId(1);
        job.document_format = "text/plain";
        job.state = pick(std::vector<JobState>(std::begin(all_states), std::end(all_states)));
        job.expires = clock.now() + std::chrono::hours(1);
        return store::insert_job(vault().main(), job);
    }
    template <class T>
    T pick(const std::vector<T>& from) {
        return from[random() % from.size()];
    }
    std::vector<Job> all() { return jobs().list(root, {}, {.limit = 100'000}); }
    auto pages_of(const access::Principal& who, const JobFilter& filter) {
        return [this, who, filter](const Page& page) { return jobs().list(who, filter, page); };
    }

    std::mt19937 random{20};
    std::vector<UserId> people;
    std::vector<GroupId> groups;
    std::vector<QueueId> queues;
};

std::int64_t id_of(const Job& job) {
    return job.id.value;
}

bool fits(const JobFilter& filter, const Job& job) {
    return (!filter.owner || filter.owner == job.owner) && (!filter.queue || filter.queue == job.queue) &&
           (filter.states & only(job.state)) != 0;
}

}  // namespace

TEST_CASE("jobs in pages of any size are all jobs, in both orders, under every filter") {
    CrowdedSite site;
    const auto all = site.all();
    REQUIRE(all.size() == 400);
    for (const UserId owner : {UserId(), site.people[3]}) {
        for (const QueueId queue : {QueueId(), site.queues[5]}) {
            for (const JobStates states : {any_state, only(JobState::completed),
                                           only(JobState::pending_held) | only(JobState::aborted)}) {
                const JobFilter filter{owner, queue, states};
                std::vector<std::int64_t> whole;
                for (const auto& job : all) {
                    if (fits(filter, job)) whole.push_back(id_of(job));
                }
                test::check_pages(site.pages_of(site.root, filter), id_of, whole);
            }
        }
    }
}

TEST_CASE("what comes and goes between two pages neither repeats nor hides another job") {
    for (const bool descending : {false, true}) {
        CrowdedSite site;
        std::set<std::int64_t> left;
        for (const auto& job : site.all())
            left.insert(id_of(job));
        const auto before = left;
        const auto keys =
            test::paged(site.pages_of(site.root, {}), id_of, {.limit = 7, .descending = descending}, [&] {
                site.add_jobs(left.size() > 200 ? 3 : 0);
                const auto gone =
                    *std::next(left.begin(), static_cast<std::ptrdiff_t>(site.random() % left.size()));
                store::remove_job(site.vault().main(), JobId(gone));
                left.erase(gone);
            });
        const std::set<std::int64_t> seen(keys.begin(), keys.end());
        CHECK(seen.size() == keys.size());
        CHECK(std::ranges::is_sorted(keys, [&](auto a, auto b) { return descending ? a > b : a < b; }));
        for (const auto job : left) {
            if (before.contains(job)) CHECK(seen.contains(job));
        }
    }
}

TEST_CASE("a list of jobs shows exactly those that a check of each would, under any grants") {
    CrowdedSite site;
    const auto all = site.all();
    site.access().roles.create(site.root, "reader", {access::Right::job_export});
    for (int round = 0; round < 40; ++round) {
        const auto clerk = site.add_user("clerk" + std::to_string(round), "");
        if (site.random() % 2 == 0) site.access().groups.add(site.root, site.pick(site.groups), clerk);
        for (auto grants = site.random() % 4; grants > 0; --grants) {
            access::Grant grant;
            (site.random() % 2 == 0) ? void(grant.user = clerk) : void(grant.group = site.pick(site.groups));
            switch (site.random() % 8) {
                case 0:
                    break;
                case 1:
                case 2:
                case 3:
                    grant.scope_queue = site.pick(site.queues);
                    break;
                default:
                    grant.scope_group = site.pick(site.groups);
            }
            site.access().roles.give(site.root, site.random() % 4 == 0 ? "reader" : "queue-administrator",
                                     grant);
        }
        const auto who = site.log_in(site.random() % 3 == 0 ? site.pick(site.people) : clerk);
        JobFilter filter;
        if (site.random() % 3 == 0) filter.owner = site.pick(site.people);
        if (site.random() % 3 == 0) filter.queue = site.pick(site.queues);
        if (site.random() % 3 == 0) filter.states = only(JobState::completed) | only(JobState::pending_held);
        std::vector<std::int64_t> whole;
        for (const auto& job : all) {
            const bool sees = who.is(job.owner) || site.access().authority.may(who, Right::job_manage_all,
                                                                               {job.owner, job.queue, {}});
            if (sees && fits(filter, job)) whole.push_back(id_of(job));
        }
        CAPTURE(round);
        test::check_pages(site.pages_of(who, filter), id_of, whole);
    }
}

TEST_CASE("a session at a device lists its person's jobs alone, whatever that person may manage") {
    CrowdedSite site;
    access::Grant grant;
    grant.user = site.people[0];
    site.access().roles.give(site.root, "administrator", grant);
    const auto at_device =
        site.access().sessions.open_device_session(site.host_proof(), site.people[0], DeviceId(1));
    for (const auto& job : site.jobs().list(at_device, {}))
        CHECK(job.owner == site.people[0]);
}

TEST_CASE("queues in pages are those that one may use, and say how many documents they hold") {
    CrowdedSite site;
    const auto list = [&](const access::Principal& who) {
        return [&site, who](const Page& page) { return site.spool().queues.list(who, page); };
    };
    const auto id_of_queue = [](const Queue& queue) { return queue.id.value; };
    std::vector<std::int64_t> whole{site.secure.value, site.private_queue.value, site.direct.value};
    for (const auto queue : site.queues)
        whole.push_back(queue.value);
    test::check_pages(list(site.ada), id_of_queue, whole);
    QueueFields restricted;
    restricted.restricted = true;
    for (std::size_t i = 0; i < site.queues.size(); ++i) {
        site.change_queue(site.queues[i], restricted);
        if (i % 3 == 0) site.spool().queues.allow(site.root, site.queues[i], {}, site.groups[0]);
        if (i % 3 == 1) site.spool().queues.allow(site.root, site.queues[i], site.ada_user, {});
    }
    test::check_pages(list(site.root), id_of_queue, whole);
    std::vector<std::int64_t> of_ada(whole.begin(), whole.begin() + 3), of_member = of_ada;
    for (std::size_t i = 0; i < site.queues.size(); ++i) {
        if (i % 3 == 1) of_ada.push_back(site.queues[i].value);
        if (i % 3 == 0) of_member.push_back(site.queues[i].value);
    }
    test::check_pages(list(site.ada), id_of_queue, of_ada);
    // In a group inside the one that is allowed.
    test::check_pages(list(site.log_in(site.people[1])), id_of_queue, of_member);

    const auto all = site.all();
    for (const auto& queue : site.spool().queues.list(site.root))
        CHECK(queue.jobs == std::ranges::count(all, queue.id, &Job::queue));
    const auto first = all.front();
    store::cancel_job(site.vault().main(), first.id, reason::canceled_by_user, site.clock.now());
    store::remove_job(site.vault().main(), first.id);  // without a document: it is not counted twice
    CHECK(store::find_queue(site.vault().main(), first.queue)->jobs ==
          std::ranges::count(all, first.queue, &Job::queue) - 1);
}

TEST_CASE("lists leave out what has expired, page by page, and read no more rows for that") {
    CrowdedSite site;
    const auto all = site.all();
    site.vault().main().run("UPDATE job SET expires = $1 WHERE id % 3 = 0", site.clock.now());
    const auto is_over = [](const Job& job) {
        return job.id.value % 3 == 0 && job.state != JobState::processing;
    };
    for (const JobStates states : {any_state, only(JobState::pending_held), only(JobState::processing)}) {
        for (const QueueId queue : {QueueId(), site.queues[5]}) {
            const JobFilter filter{{}, queue, states};
            std::vector<std::int64_t> whole;
            for (const auto& job : all)
                if (fits(filter, job) && !is_over(job)) whole.push_back(id_of(job));
            test::check_pages<false>(site.pages_of(site.root, filter), id_of, whole);
        }
    }
    for (const auto& queue : site.spool().queues.list(site.root)) {
        CHECK(queue.jobs == std::ranges::count_if(
                                all, [&](const Job& job) { return job.queue == queue.id && !is_over(job); }));
    }
    // What a page has looked at it says, though it shows nothing.
    site.vault().main().run("UPDATE job SET expires = $1, state = $2", site.clock.now(),
                            JobState::pending_held);
    const auto page = site.jobs().list(site.root, {}, {.limit = 5});
    CHECK(page.empty());
    CHECK(page.more == all[4].id.value);
}

TEST_CASE("no list of jobs, queues or certificates walks a table") {
    Site site;
    auto& main = site.vault().main();
    test::check_plans(main, store::job_list_statements(), {"job", "j"});
    test::check_plans(main, store::queue_list_statements(), {"queue", "a"});
    test::check_plans(main, store::certificate_list_statements(), {"certificate", "queue_certificate"});
}
