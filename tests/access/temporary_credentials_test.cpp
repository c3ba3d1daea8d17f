// PINs that come with a user and go, and cards that expire.
#include <doctest/doctest.h>

#include "access/fixture.hpp"

using namespace myqsec;
using namespace myqsec::access;
using test::AccessFixture;
using test::status_of;

namespace {

LoginAttempt showing(std::string_view card, std::string_view pin = {}) {
    LoginAttempt attempt;
    attempt.card = card;
    attempt.pin = pin;
    attempt.place.device = DeviceId(7);
    return attempt;
}

}  // namespace

TEST_CASE("a user is created with a PIN that logs in alone, or not at all") {
    AccessFixture f;
    UserFields fields;
    fields.user_name = "grace";
    const auto made = f.access.users.create_with_pin(f.root, fields);
    CHECK(f.access.users.get(f.root, made.user).pin == PinUse::alone);
    CHECK(f.access.login.authenticate(f.system, showing("", as_text(made.pin.view())), all_methods) ==
          made.user);
    const auto events = f.events();
    CHECK(events.at(events.size() - 2).action == audit::Action::user_created);
    CHECK(events.back().action == audit::Action::credential_added);
    CHECK(status_of([&] { f.access.users.create_with_pin(f.root, fields); }) == Status::ERR_EXISTS);
    // Where PINs alone can't be safe, there is no user without one either.
    fields.user_name = "barbara";
    f.set("pin.max_length", "4");
    f.set("pin.min_length", "4");
    f.set("pin.length", "4");
    CHECK(status_of([&] { f.access.users.create_with_pin(f.root, fields); }) == Status::ERR_LIMIT);
    CHECK(status_of([&] { (void)f.access.users.find(f.root, "barbara"); }) == Status::ERR_NOT_FOUND);
}

TEST_CASE("whoever creates a user with a PIN may do both") {
    AccessFixture f;
    const auto clerk = f.add_user("clerk");
    f.access.roles.create(f.root, "clerk", RightSet{Right::user_manage});
    Grant grant;
    grant.user = clerk;
    f.access.roles.give(f.root, "clerk", grant);
    UserFields fields;
    fields.user_name = "grace";
    CHECK(status_of([&] { f.access.users.create_with_pin(f.log_in(clerk), fields); }) ==
          Status::ERR_ACCESS_DENIED);
    CHECK(status_of([&] { f.access.users.create(f.log_in(clerk), fields); }) == Status::OK);
}

TEST_CASE("a PIN that is taken away logs nobody in") {
    AccessFixture f;
    f.access.credentials.remove_pin(f.root, f.ada);
    CHECK(f.events().back().action == audit::Action::credential_removed);
    CHECK(status_of([&] { f.access.login.authenticate(f.system, showing("", f.ada_pin), all_methods); }) ==
          Status::ERR_AUTHENTICATION);
    CHECK(status_of([&] { f.access.credentials.remove_pin(f.root, f.ada); }) == Status::ERR_NOT_FOUND);
}

TEST_CASE("a temporary card opens until it expires, is listed as expired, and is then anybody's") {
    AccessFixture f;
    auto& credentials = f.access.credentials;
    const auto bob = f.add_user("bob");
    const auto log_in = [&] {
        return status_of([&] { f.access.login.authenticate(f.system, showing("DEADBEEF"), all_methods); });
    };
    const auto lent =
        credentials.add_card(f.root, f.ada, "DEADBEEF", "visitor 3", f.clock.now() + std::chrono::hours(8));
    CHECK(log_in() == Status::OK);
    CHECK_FALSE(credentials.cards(f.root, f.ada).at(1).expired);
    CHECK(status_of([&] { credentials.add_card(f.root, bob, "DEADBEEF", "", std::nullopt); }) ==
          Status::ERR_EXISTS);
    f.clock.advance(std::chrono::hours(8));
    f.root = f.log_in(f.administrator);
    CHECK(log_in() == Status::ERR_AUTHENTICATION);
    CHECK(credentials.cards(f.root, f.ada).at(1).expired);
    CHECK_FALSE(credentials.cards(f.root, f.ada).at(0).expired);
    const auto events = f.events().size();
    const auto again = credentials.add_card(f.root, bob, "DEADBEEF", "visitor 3", std::nullopt);
    CHECK(again != lent);
    CHECK(f.events().at(events).action == audit::Action::credential_removed);
    CHECK(f.events().at(events).object == audit::Object(lent));
    CHECK(credentials.cards(f.root, f.ada).size() == 1);
    CHECK(f.access.login.authenticate(f.system, showing("DEADBEEF"), all_methods) == bob);
}
