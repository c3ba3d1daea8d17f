// Every login that is refused is an event that says how it was tried, where, and why it was refused.
#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "access/fixture.hpp"

using namespace myqsec;
using namespace myqsec::access;
using test::status_of;

namespace {

struct RefusalFixture : test::AccessFixture {
    /// What the only event of a refused attempt says: "method reason device source".
    std::string refused(LoginAttempt attempt, Methods allowed = all_methods) {
        const auto before = count(audit::Action::session_login_failed);
        CHECK(status_of([&] { access.login.authenticate(system, attempt, allowed); }) != Status::OK);
        CHECK(count(audit::Action::session_login_failed) == before + 1);
        std::string said;
        for (const auto& event : events()) {
            if (event.action != audit::Action::session_login_failed) continue;
            said.clear();
            for (const auto& change : event.changes)
                said.append(said.empty() ? "" : " ").append(change.new_value);
        }
        return said;
    }
};

}  // namespace

TEST_CASE("a refused login is an event with method, reason, device and source, whatever refused it") {
    RefusalFixture f;
    LoginAttempt attempt;
    attempt.place.device = DeviceId(7);
    attempt.place.source = "192.0.2.7";
    attempt.card = "DEADBEEF";
    const auto source = attempt.place.source_tag(*f.vault);
    CHECK(source != attempt.place.source);
    CHECK(f.refused(attempt) == "card credentials 7 " + source);
    CHECK(f.refused(attempt, method_pin) == "card method-not-allowed 7 " + source);
    attempt.card = "12";
    CHECK(f.refused(attempt) == "card malformed 7 " + source);
    attempt.card = {};
    attempt.user_name = "ada";
    CHECK(f.refused(attempt) == "unknown malformed 7 " + source);
    attempt.password = "wrong";
    attempt.place.device = {};
    attempt.place.source = {};
    CHECK(f.refused(attempt) == "name-password credentials");
}

TEST_CASE("who is refused by a lock is counted, and a later event tells how many were, and by which") {
    RefusalFixture f;
    LoginAttempt attempt;
    attempt.place.device = DeviceId(7);
    attempt.card = "DEADBEEF";
    const auto answer = [&] {
        return status_of([&] { f.access.login.authenticate(f.system, attempt, all_methods); });
    };
    while (answer() == Status::ERR_AUTHENTICATION)
        continue;
    const auto events = f.events().size();
    for (int i = 1; i < 1000; ++i)
        CHECK(answer() == Status::ERR_LOCKED_OUT);
    CHECK(f.events().size() == events);
    CHECK(f.access.refusals.tick() == f.clock.now() + std::chrono::minutes(15));
    f.clock.advance(std::chrono::minutes(15));
    CHECK(f.access.refusals.tick() == Instant::max());
    CHECK(f.events().size() == events + 1);
    const auto told = f.events().back();
    CHECK(told.action == audit::Action::session_login_failed);
    CHECK(told.result == audit::Result::denied);
    CHECK(told.object == audit::Object(DeviceId(7)));
    CHECK(told.changes.back() == audit::Change{"more", "", "1000"});
    f.access.refusals.close();
    CHECK(f.events().size() == events + 1);
}

TEST_CASE("a locked account that is tried from a thousand sources is one event, which names it") {
    RefusalFixture f;
    const auto from = [&](int source) {
        LoginAttempt attempt;
        attempt.user_name = "ada";
        attempt.pin = "000000";
        attempt.place.source = fmt::format("source {}", source);
        return status_of([&] { f.access.login.authenticate(f.system, attempt, all_methods); });
    };
    int source = 0;
    while (from(++source) == Status::ERR_AUTHENTICATION)
        continue;
    const auto events = f.events().size();
    for (int i = 1; i < 1000; ++i)
        CHECK(from(++source) == Status::ERR_LOCKED_OUT);
    f.access.refusals.close();
    CHECK(f.events().size() == events + 1);
    CHECK(f.events().back().object == audit::Object(f.ada));
    CHECK(f.events().back().changes.back() == audit::Change{"more", "", "1000"});
}

TEST_CASE("names and sources that change with every try are a bounded number of events, and none is lost") {
    RefusalFixture f;
    constexpr std::size_t tries = 3 * Refusals::most_kinds;
    const auto from = [&](std::size_t serial, const std::string& name) {
        LoginAttempt attempt;
        attempt.user_name = name;
        attempt.pin = "000000";
        const auto source = fmt::format("source {}", serial);
        attempt.place.source = source;
        CHECK(status_of([&] { f.access.login.authenticate(f.system, attempt, all_methods); }) ==
              Status::ERR_AUTHENTICATION);
    };
    for (std::size_t i = 0; i < tries; ++i)
        from(i, fmt::format("nobody{}", i));
    CHECK(f.count(audit::Action::session_login_failed) == Refusals::most_kinds);
    from(tries, "ada");
    f.access.refusals.close();
    CHECK(f.count(audit::Action::session_login_failed) == Refusals::most_kinds + 2);
    std::vector<std::string> told;
    for (const auto& event : f.events()) {
        if (event.changes.empty() || event.changes.back().field != "more") continue;
        told.push_back(fmt::format("{} {}", event.object.id, event.changes.back().new_value));
    }
    std::ranges::sort(told);
    std::vector<std::string> expected{fmt::format("0 {}", tries - Refusals::most_kinds),
                                      fmt::format("{} 1", f.ada.value)};
    std::ranges::sort(expected);
    CHECK(told == expected);
}

TEST_CASE("calls that are denied are one event for each session and right, and a count") {
    RefusalFixture f;
    const auto ada = f.log_in(f.ada);
    const auto deny = [&](const Principal& who, Right right, UserId over) {
        CHECK(status_of([&] {
                  (void)f.access.authority.authorise(who, right, {over, {}, {}});
              }) == Status::ERR_ACCESS_DENIED);
    };
    for (int i = 0; i < 1000; ++i) {
        deny(ada, Right::user_manage, f.administrator);
        deny(ada, Right::credential_manage, UserId(i + 1));
    }
    CHECK(f.count(audit::Action::session_denied) == 2);
    deny(f.log_in(f.ada), Right::user_manage, f.administrator);
    CHECK(f.count(audit::Action::session_denied) == 3);
    f.clock.advance(std::chrono::minutes(15));
    (void)f.access.refusals.tick();
    CHECK(f.count(audit::Action::session_denied) == 5);
    for (const auto& event : f.events()) {
        if (event.action != audit::Action::session_denied || event.changes.back().field != "more") continue;
        CHECK(event.changes.back().new_value == "999");
        // What they have in common: the one right was asked for over one person, the other over many.
        const bool one = event.changes.front().new_value == "user.manage";
        CHECK(event.object == (one ? audit::Object(f.administrator) : audit::Object()));
    }
}

TEST_CASE(
    "records of names that nobody has and of sources are bounded, and no account's makes room for them") {
    RefusalFixture f;
    auto& main = f.vault->main();
    const auto rows = [&](LockScope scope) {
        auto found = main.query("SELECT COUNT(*) FROM access_lock WHERE user_id = 0 AND scope = $1", scope);
        CHECK(found.next());
        return found.integer(0);
    };
    LoginAttempt attempt;
    attempt.user_name = "ada";
    attempt.pin = "000000";
    const auto answer = [&] {
        return status_of([&] { f.access.login.authenticate(f.system, attempt, all_methods); });
    };
    for (int i = 0; i < 4; ++i)
        CHECK(answer() == Status::ERR_AUTHENTICATION);
    {
        storage::Transaction transaction(main);
        const auto fill = [&](LockScope scope, std::int64_t count) {
            for (std::int64_t i = 0; i < count; ++i) {
                LockKey key{scope, {}};
                store_be(key.hash.data(), static_cast<std::uint64_t>(i));
                store::save_lock(main, key, {{Elapsed(i)}, {}}, {}, std::chrono::hours(1) + Elapsed(i));
            }
        };
        fill(LockScope::account, store::most_names + 9);
        fill(LockScope::source, store::most_sources + 9);
        transaction.commit();
    }
    CHECK(answer() == Status::ERR_AUTHENTICATION);
    CHECK(rows(LockScope::account) == store::most_names);
    CHECK(rows(LockScope::source) == store::most_sources);
    LockKey oldest{LockScope::source, {}};
    CHECK(store::find_lock(main, oldest).entries.empty());
    store_be(oldest.hash.data(), std::uint64_t{9});
    CHECK_FALSE(store::find_lock(main, oldest).entries.empty());
    CHECK(answer() == Status::ERR_LOCKED_OUT);  // the four before still count
}
