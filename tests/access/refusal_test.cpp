// Every login that is refused is an event that says how it was tried, where, and why it was refused.
#include <doctest/doctest.h>

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

TEST_CASE("refusals at a locked device are one event, and the number of the others a later one") {
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
    for (int i = 0; i < 1000; ++i)
        CHECK(answer() == Status::ERR_LOCKED_OUT);
    CHECK(f.events().size() == events);
    CHECK(f.access.login.refusals().tick() == f.clock.now() + std::chrono::minutes(15));
    f.clock.advance(std::chrono::minutes(15));
    CHECK(f.access.login.refusals().tick() == Instant::max());
    CHECK(f.events().size() == events + 1);
    const auto told = f.events().back();
    CHECK(told.action == audit::Action::session_login_failed);
    CHECK(told.object == audit::Object(DeviceId(7)));
    CHECK(told.changes.back() == audit::Change{"more", "", "1000"});
    f.access.login.refusals().close();
    CHECK(f.events().size() == events + 1);
}
