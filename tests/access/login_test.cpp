#include "access/login.hpp"

#include <map>

#include <doctest/doctest.h>

#include "access/fixture.hpp"
#include "access/identity/credentials_store.hpp"

using namespace myqsec;
using namespace myqsec::access;
using test::status_of;

namespace {

struct LoginFixture : test::AccessFixture {
    UserId log_in_with(const LoginAttempt& attempt, Methods allowed = all_methods) {
        return access.login.authenticate(system, attempt, allowed);
    }
    Status answer(const LoginAttempt& attempt, Methods allowed = all_methods) {
        return status_of([&] { log_in_with(attempt, allowed); });
    }
    std::string sentence(const LoginAttempt& attempt) {
        try {
            log_in_with(attempt);
        } catch (const Error& error) {
            return error.what();
        }
        return "logged in";
    }
};

LoginAttempt name_password(std::string_view name, std::string_view password) {
    LoginAttempt attempt;
    attempt.user_name = name;
    attempt.password = password;
    return attempt;
}
LoginAttempt with_pin(std::string_view pin) {
    LoginAttempt attempt;
    attempt.pin = pin;
    attempt.place.device = DeviceId(7);
    return attempt;
}
LoginAttempt with_card(std::string_view card) {
    LoginAttempt attempt;
    attempt.card = card;
    attempt.place.device = DeviceId(7);
    return attempt;
}

}  // namespace

TEST_CASE("each method leads to the person") {
    LoginFixture f;
    CHECK(f.log_in_with(name_password(" ADA ", test::ada_password)) == f.ada);
    CHECK(f.log_in_with(name_password("root", f.administrator_password)) == f.administrator);
    CHECK(f.log_in_with(with_pin(f.ada_pin)) == f.ada);
    CHECK(f.log_in_with(with_card("\x02"
                                  "04 a2 b3 c4 d5\r\n\x03")) == f.ada);
    auto attempt = with_card("04A2B3C4D5");
    attempt.pin = f.ada_pin;
    CHECK(f.log_in_with(attempt) == f.ada);
    attempt.pin = {};
    attempt.password = test::ada_password;
    CHECK(f.log_in_with(attempt) == f.ada);
    attempt = with_pin(f.ada_pin);
    attempt.user_name = "ada";
    CHECK(f.log_in_with(attempt) == f.ada);
    CHECK(f.access.credentials.cards(f.root, f.ada).at(0).last_used == f.clock.now());
}

TEST_CASE("wrong credentials get one answer, whoever they name") {
    LoginFixture f;
    const auto wrong = f.sentence(name_password("ada", "not her password"));
    CHECK(wrong == "the credentials are wrong, or this person may not log in here");
    CHECK(f.sentence(name_password("nobody", "not her password")) == wrong);
    CHECK(f.sentence(with_pin("0")) == wrong);
    CHECK(f.sentence(with_card("DEADBEEF")) == wrong);
    CHECK(f.count(audit::Action::session_login_failed) == 4);
    UserFields disabled;
    disabled.state = UserState::disabled;
    f.access.users.change(f.root, f.ada, disabled);
    CHECK(f.sentence(name_password("ada", test::ada_password)) == wrong);
}

TEST_CASE("methods that a place does not allow, and combinations that are none, are refused") {
    LoginFixture f;
    CHECK(f.answer(with_pin(f.ada_pin), method_card | method_name_password) == Status::ERR_AUTHENTICATION);
    CHECK(f.answer({}) == Status::ERR_INVALID_ARGUMENT);
    auto attempt = with_card("04A2B3C4D5");
    attempt.user_name = "ada";
    CHECK(f.answer(attempt) == Status::ERR_INVALID_ARGUMENT);
    CHECK(status_of([&] { f.access.login.authenticate(f.root, with_pin(f.ada_pin), all_methods); }) ==
          Status::OK);
    const auto ada = f.log_in(f.ada);
    CHECK(status_of([&] { f.access.login.authenticate(ada, with_pin(f.ada_pin), all_methods); }) ==
          Status::ERR_ACCESS_DENIED);
}

TEST_CASE("a chosen PIN is a second factor only") {
    LoginFixture f;
    CHECK(f.access.credentials.set_pin(f.log_in(f.ada), f.ada, test::ada_password, "739164") ==
          PinUse::with_name);
    auto attempt = with_pin("739164");
    CHECK(f.answer(attempt) == Status::ERR_AUTHENTICATION);
    attempt.user_name = "ada";
    CHECK(f.log_in_with(attempt) == f.ada);
}

TEST_CASE("an expired card is a stranger's") {
    LoginFixture f;
    f.access.credentials.add_card(f.root, f.ada, "TEMP-0001", "", f.clock.now() + std::chrono::hours(1));
    CHECK(f.log_in_with(with_card("TEMP-0001")) == f.ada);
    f.clock.advance(std::chrono::hours(1));
    CHECK(f.answer(with_card("TEMP-0001")) == Status::ERR_AUTHENTICATION);
}

TEST_CASE("a password stored at another cost is stored anew at its next use") {
    LoginFixture f;
    f.set("kdf.iterations", "2");
    CHECK(f.log_in_with(name_password("ada", test::ada_password)) == f.ada);
    auto rows = f.vault->main().query("SELECT kdf_iterations FROM access_password WHERE user_id = $1", f.ada);
    REQUIRE(rows.next());
    CHECK(rows.integer(0) == 2);
}

TEST_CASE("a name that nobody has costs what somebody's password costs, also after the cost was changed") {
    LoginFixture f;
    auto& main = f.vault->main();
    const auto cost = [&](std::string_view name) {
        const auto hash = lasting_hash(f.vault->keystore(), "somebodys-cost", name);
        return store::somebodys_cost(main, hash).value().iterations;
    };
    f.set("kdf.iterations", "2");
    CHECK(f.log_in_with(name_password("ada", test::ada_password)) == f.ada);  // hers is stored anew
    std::map<std::uint32_t, int> seen;
    for (int i = 0; i < 200; ++i)
        ++seen[cost("nobody" + std::to_string(i))];
    CHECK(seen[1] > 50);  // as the administrator, who has not logged in
    CHECK(seen[2] > 50);  // as Ada
    CHECK(cost("nobody7") == cost("nobody7"));
    CHECK(f.log_in_with(name_password("root", f.administrator_password)) == f.administrator);
    for (int i = 0; i < 50; ++i)
        CHECK(cost("nobody" + std::to_string(i)) == 2);
}
