// The way back in for an administrator who is kept out, by whoever holds the root key.
#include "access/recovery.hpp"

#include <doctest/doctest.h>

#include "access/fixture.hpp"

using namespace myqsec;
using namespace myqsec::access;
using test::status_of;

namespace {

struct RecoveryFixture : test::AccessFixture {
    Recovery::Recovered recover(std::string_view name, std::optional<std::string_view> code = std::nullopt) {
        return access.recovery.recover(system, *test::key_file_root(), name, code);
    }
    Status log_in_with(std::string_view password) {
        LoginAttempt attempt;
        attempt.user_name = "root";
        attempt.password = password;
        return status_of([&] { access.login.authenticate(system, attempt, all_methods); });
    }
};

}  // namespace

TEST_CASE("the root key's holder gives an administrator a new password, which works after a day") {
    RecoveryFixture f;
    for (int i = 0; i < 9; ++i)
        f.log_in_with("wrong");
    const auto made = f.recover("root");
    CHECK(made.from == f.clock.now() + std::chrono::hours(24));
    CHECK(f.count(audit::Action::user_recovery_began) == 1);
    CHECK(f.access.recovery.finish_due() == made.from);
    f.clock.set(f.clock.now() + std::chrono::hours(48));  // which is no time
    CHECK(f.log_in_with(made.password) != Status::OK);
    f.clock.advance(std::chrono::hours(24));
    CHECK(f.log_in_with(made.password) == Status::OK);
    CHECK(f.log_in_with(f.administrator_password) == Status::ERR_AUTHENTICATION);
    CHECK(f.count(audit::Action::user_recovered) == 1);
}

TEST_CASE("with the recovery code at once, and once; it ends the account's sessions and locks") {
    RecoveryFixture f;
    const auto code = f.access.recovery.make_code(f.system);
    CHECK(status_of([&] { f.access.recovery.make_code(f.system); }) == Status::ERR_ACCESS_DENIED);
    CHECK(status_of([&] { f.access.recovery.make_code(f.log_in(f.ada)); }) == Status::ERR_ACCESS_DENIED);
    CHECK(status_of([&] { f.recover("root", "aaaaa-aaaaa-aaaaa-aaaaa"); }) == Status::ERR_AUTHENTICATION);
    for (int i = 0; i < 9; ++i)
        f.log_in_with("wrong");
    const auto made = f.recover("root", code);
    CHECK(f.log_in_with(made.password) == Status::OK);
    CHECK_FALSE(f.access.sessions.alive(f.root));
    CHECK(status_of([&] { f.recover("root", code); }) == Status::ERR_AUTHENTICATION);
    CHECK(status_of([&] { f.access.recovery.make_code(f.system); }) == Status::ERR_ACCESS_DENIED);
    CHECK(f.access.recovery.make_code(f.log_in(f.administrator)) != code);
}

TEST_CASE(
    "recovery makes nobody an administrator, and needs the root secret, audited if wrong, and the host") {
    RecoveryFixture f;
    CHECK(status_of([&] { f.recover("ada"); }) == Status::ERR_NOT_POSSIBLE);
    CHECK(status_of([&] { f.recover("nobody"); }) == Status::ERR_NOT_FOUND);
    CHECK(status_of([&] {
              f.access.recovery.recover(f.root, *test::key_file_root(), "root", std::nullopt);
          }) == Status::ERR_ACCESS_DENIED);
    const auto other = test::key_file_root(8);
    CHECK(status_of([&] { f.access.recovery.recover(f.system, *other, "root", std::nullopt); }) ==
          Status::ERR_WRONG_KEY);
    CHECK(f.count(audit::Action::user_recovery_began) == 1);
    CHECK(f.events().back().object == audit::Object::instance());
    CHECK(f.events().back().result == audit::Result::failed);
    CHECK(f.events().back().changes.at(0) == audit::Change{"root-secret", "", "wrong"});
}

TEST_CASE("whoever sets the password undoes a recovery") {
    RecoveryFixture f;
    const auto made = f.recover("root");
    f.access.credentials.set_password(f.root, f.administrator, f.administrator_password,
                                      "seven purple giraffes");
    f.clock.advance(std::chrono::hours(25));
    CHECK(f.log_in_with("seven purple giraffes") == Status::OK);
    CHECK(f.log_in_with(made.password) == Status::ERR_AUTHENTICATION);
}

TEST_CASE("a recovery that is under way ends with the administrator: demoted or disabled, nobody is let in") {
    for (const bool disable : {false, true}) {
        CAPTURE(disable);
        RecoveryFixture f;
        const auto second = f.add_user("second");
        Grant grant;
        grant.user = second;
        f.access.roles.give(f.root, "administrator", grant);
        const auto made = f.access.recovery.recover(f.system, *test::key_file_root(), "second", std::nullopt);
        UserFields fields;
        if (disable) {
            fields.state = UserState::disabled;
            f.access.users.change(f.root, second, fields);
        } else {
            f.access.roles.take(f.root, "administrator", grant);
        }
        f.clock.advance(made.from - f.clock.now());
        CHECK(f.access.recovery.finish_due() == Instant::max());
        CHECK(f.events().back().action == audit::Action::user_recovered);
        CHECK(f.events().back().result == audit::Result::failed);
        f.root = f.log_in(f.administrator);
        fields.state = UserState::active;
        if (disable) f.access.users.change(f.root, second, fields);
        CHECK(f.access.recovery.finish_due() == Instant::max());
        CHECK(f.access.users.get(f.root, second).password == std::nullopt);
    }
}
