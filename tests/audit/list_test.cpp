// Lists of events: pages, filters, before and after they moved from the outbox to the log, pruning.
#include <random>

#include <doctest/doctest.h>

#include "audit/log/event_index_store.hpp"
#include "audit/log_fixture.hpp"
#include "base/paging.hpp"

using namespace myqsec;
using namespace myqsec::audit;

namespace {

/// Some hundred events of few objects and actors, with a clock that is set back in between; partly in the
/// log, in rows of all sizes, partly in the outbox.
struct History : test::LogFixture {
    History() {
        for (int i = 0; i < 500; ++i) {
            clock.advance(std::chrono::minutes(i == 250 ? -300 : 7));
            storage::Transaction transaction(vault->main());
            for (auto events = random() % 3 + 1; events > 0; --events)
                audit().append(transaction, some_event());
            transaction.commit();
            if (i < 450 && random() % 20 == 0) audit().drain();
        }
    }
    Event some_event() {
        constexpr Action actions[] = {Action::job_held, Action::job_released, Action::user_changed};
        auto one = event(static_cast<std::int64_t>(random() % 9 + 1));
        one.action = actions[random() % 3];
        if (random() % 3 != 0) one.actor = actor(random() % 4);
        if (random() % 5 == 0) one.object = UserId(one.object.id);
        return one;
    }
    static Actor actor(unsigned number) {
        Actor actor{ActorKind::user, {}};
        actor.pseudonym.back() = static_cast<std::uint8_t>(number);
        return actor;
    }
    std::vector<StoredEvent> all() { return audit().list(test::auditor, {}, {.limit = 100'000}); }
    void check(const EventFilter& filter) {
        std::vector<std::int64_t> whole;
        for (const auto& event : all()) {
            if (filter.object && event.object != *filter.object) continue;
            if (filter.object_kind && event.object.kind != *filter.object_kind) continue;
            if (filter.actor && !(event.actor == *filter.actor)) continue;
            if (filter.action && event.action != *filter.action) continue;
            if (event.time >= filter.from && event.time < filter.to) whole.push_back(event.sequence);
        }
        test::check_pages([&](const Page& page) { return audit().list(test::auditor, filter, page); },
                          [](const StoredEvent& event) { return event.sequence; }, whole);
    }
    void check_filters() {
        const auto first = all().front().time;
        for (unsigned which = 0; which < 32; ++which) {
            CAPTURE(which);
            EventFilter filter;
            if (which & 16U) filter.object_kind = which & 1U ? ObjectKind::job : ObjectKind::user;
            if (which & 1U) filter.object = JobId(3);
            if (which & 2U) filter.actor = actor(2);
            if (which & 4U) filter.action = Action::job_released;
            if (which & 8U) {
                filter.from = first + std::chrono::hours(5);
                filter.to = first + std::chrono::hours(31);
            }
            check(filter);
        }
    }
    std::mt19937 random{9};
};

}  // namespace

TEST_CASE("events in pages of any size are all events, in both orders, under every filter") {
    History f;
    CHECK(f.all().size() > 800);
    f.check_filters();
    f.audit().drain();
    f.check_filters();
    f.check({.object = JobId(77), .actor = {}, .action = {}});
    const auto last = f.all().back().time;
    f.check({.object = {}, .actor = {}, .action = {}, .from = last + std::chrono::hours(2)});
}

TEST_CASE("events that move from the outbox to the log between two pages are neither hidden nor repeated") {
    for (const bool descending : {false, true}) {
        History f;
        const auto count = f.all().size();
        const auto keys =
            test::paged([&](const Page& page) { return f.audit().list(test::auditor, {}, page); },
                        [](const StoredEvent& event) { return event.sequence; },
                        {.limit = 100, .descending = descending}, [&] { f.audit().drain(); });
        CHECK(keys.size() == count);
    }
}

TEST_CASE("what is found goes with the events that are pruned") {
    History f;
    f.audit().recover();
    f.audit().drain();
    f.clock.advance(std::chrono::hours(24));
    f.audit().prune(test::ticker, std::chrono::hours(48));
    REQUIRE(f.first() > 1);
    f.audit().drain();
    f.check_filters();
    auto& log = f.vault->log();
    auto rows = log.query(
        "SELECT (SELECT count(*) FROM audit_index WHERE row < $1) + (SELECT count(*) FROM audit_hour WHERE "
        "last_row < $1), (SELECT count(*) FROM audit_index)",
        f.first());
    REQUIRE(rows.next());
    CHECK(rows.integer(0) == 0);
    CHECK(rows.integer(1) > 0);
}

TEST_CASE("no list of some events walks all events") {
    test::LogFixture f;
    test::check_plans(f.vault->log(), store::event_list_statements(), {"e", "i", "o", "audit_event"});
}
