// PINs: which are accepted, and how long they must be.
#include <random>

#include <doctest/doctest.h>

#include "access/fixture.hpp"
#include "access/identity/pin_policy.hpp"

using namespace myqsec;
using namespace myqsec::access;
using test::AccessFixture;
using test::status_of;

namespace {

constexpr double tenth = 0.1;

/// The share of all PINs, or of so many random ones, that may not be chosen.
double blocked_share(int digits, int samples) {
    std::mt19937 random(3);
    const int space = static_cast<int>(std::pow(10, digits));
    const bool all = samples >= space;
    int blocked = 0;
    for (int i = 0; i < (all ? space : samples); ++i) {
        const auto number = all ? i : static_cast<int>(random() % static_cast<unsigned>(space));
        blocked += is_likely_pin(fmt::format("{:0{}}", number, digits), tenth) ? 1 : 0;
    }
    return static_cast<double>(blocked) / (all ? space : samples);
}

}  // namespace

TEST_CASE("about a tenth of all PINs may not be chosen, of any length") {
    CHECK(blocked_share(4, 10'000) > 0.1);
    CHECK(blocked_share(4, 10'000) < 0.2);
    CHECK(blocked_share(6, 50'000) > 0.08);
    CHECK(blocked_share(6, 50'000) < 0.2);
    CHECK(blocked_share(8, 50'000) > 0.05);
    CHECK(blocked_share(8, 50'000) < 0.2);
}

TEST_CASE("what guessers try first may not be chosen") {
    for (const auto* pin :
         {"0000",     "1111",     "1234",     "4321",     "0007",     "0001",     "1110",     "1122",
          "1221",     "1212",     "2112",     "2468",     "1357",     "2580",     "0852",     "1984",
          "2001",     "2412",     "1224",     "1470",     "6969",     "123456",   "654321",   "111111",
          "121212",   "123123",   "112233",   "123321",   "241280",   "122480",   "801224",   "147258",
          "159357",   "789456",   "24121980", "19801224", "12345678", "87654321", "11223344", "12341234",
          "00000007", "14725836", "20002000"}) {
        CAPTURE(std::string(pin));
        CHECK(is_likely_pin(pin, tenth));
    }
}

TEST_CASE("what needs remembering may be chosen") {
    for (const auto* pin : {"7391", "9472", "5836", "739164", "824619", "582937", "83917264", "49271638"}) {
        CAPTURE(std::string(pin));
        CHECK_FALSE(is_likely_pin(pin, tenth));
    }
}

TEST_CASE("a chosen PIN serves with a user name where it is long enough for the site; shorter, with a card") {
    AccessFixture f;
    const auto use = [&](std::string_view pin, std::int64_t users) {
        return check_chosen_pin(f.settings(), pin, users);
    };
    CHECK(named_pin_length(f.settings(), 10) == 5);
    CHECK(named_pin_length(f.settings(), 100) == 6);
    CHECK(named_pin_length(f.settings(), 1'000) == 7);
    CHECK(named_pin_length(f.settings(), 10'000) == 8);
    CHECK(use("739164", 100) == PinUse::with_name);
    CHECK(use("739164", 104) == PinUse::with_card);
    CHECK(use("83917264", 10'000) == PinUse::with_name);
    f.set("lockout.failures", "50");  // more guesses at each account
    CHECK(use("739164", 100) == PinUse::with_card);
    CHECK(status_of([&] { (void)use("7391", 1); }) == Status::ERR_LIMIT);
    CHECK(status_of([&] { (void)use("739164825", 1); }) == Status::ERR_LIMIT);
    CHECK(status_of([&] { (void)use("123456", 1); }) == Status::ERR_LIMIT);
    CHECK(status_of([&] { (void)use("73a164", 1); }) == Status::ERR_INVALID_ARGUMENT);
}

TEST_CASE("a PIN that is too short for the site logs in with the card, and not with the name") {
    AccessFixture f;
    f.set("pin.max_guess_probability", "0.0001");
    CHECK(f.access.credentials.set_pin(f.root, f.ada, std::nullopt, "739164") == PinUse::with_card);
    CHECK(f.access.users.get(f.root, f.ada).pin == PinUse::with_card);
    LoginAttempt attempt;
    attempt.user_name = "ada";
    attempt.pin = "739164";
    CHECK(status_of([&] { f.access.login.authenticate(f.system, attempt, all_methods); }) ==
          Status::ERR_AUTHENTICATION);
    attempt.user_name = {};
    attempt.card = "04A2B3C4D5";
    CHECK(f.access.login.authenticate(f.system, attempt, all_methods) == f.ada);
}

TEST_CASE("generated PINs grow with the site, and where they would be too long there are none") {
    AccessFixture f;
    CHECK(f.ada_pin.size() == 6);
    CHECK(generated_pin_length(f.settings(), 100) == 7);
    CHECK(generated_pin_length(f.settings(), 1'000) == 8);
    CHECK(status_of([&] { (void)generated_pin_length(f.settings(), 10'000); }) == Status::ERR_LIMIT);
    f.set("pin.max_guess_probability", "0.00001");
    CHECK(status_of([&] { f.access.credentials.generate_pin(f.root, f.ada); }) == Status::ERR_LIMIT);
}
