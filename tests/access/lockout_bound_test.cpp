// How many guesses at one account are looked at within 30 days: the bound that PIN lengths rest on, under
// whatever a guesser, a finder of the card and the owner do.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "access/identity/pin_policy.hpp"
#include "access/lockout_fixture.hpp"

using namespace myqsec;
using namespace myqsec::access;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using test::status_of;

namespace {

constexpr int devices = 60;
constexpr auto played = hours(24 * 40);

struct BoundFixture : LockoutFixture {
    DeviceId device(int number) { return DeviceId(100 + number % devices); }
    std::string source(int number) { return "10.0.0." + std::to_string(number % 10); }
    void guess_pin(DeviceId at) { name_pin("ada", "999999", at); }
    void guess_pin_with_card(DeviceId at) { answer(attempt_at({at, {}}, {}, "999999", {}, card_number)); }
    void guess_password_with_card(DeviceId at) { answer(attempt_at({at, {}}, {}, {}, "wrong", card_number)); }

    /// The most that were looked at in any 30 of the days played.
    std::ptrdiff_t most_looked_at() {
        std::vector<Instant> times;
        for (const auto& event : events())
            if (event.action == audit::Action::session_login_failed && event.result == audit::Result::failed)
                times.push_back(event.time);
        std::ptrdiff_t most = 0;
        for (auto first = times.begin(); first != times.end(); ++first)
            most = std::max(most, std::lower_bound(first, times.end(), *first + hours(24 * 30)) - first);
        return most;
    }

    /// Visits, so long apart. A play that hardly guesses would prove nothing.
    template <class Visit>
    void play(Duration apart, std::ptrdiff_t at_least, Visit&& visit) {
        const auto end = clock.now() + played;
        for (int number = 0; clock.now() < end; ++number) {
            const auto next = clock.now() + apart;
            visit(number);
            clock.advance(next - clock.now());
        }
        const auto bound = LockRules::of(settings()).guesses_at_account();
        CHECK(bound == 114);
        CHECK(most_looked_at() <= bound);
        CHECK(most_looked_at() >= at_least);
    }
    /// One after the other.
    template <class Guess>
    void follow(Guess&& guess) {
        times(8, [&] {
            guess();
            clock.advance(minutes(1));
        });
    }
};

}  // namespace

TEST_CASE(
    "who follows an owner from device to device gets no more guesses, whatever the owner logs in with") {
    for (const bool by_card : {true, false}) {
        CAPTURE(by_card);
        BoundFixture f;
        f.play(hours(2), 30, [&](int visit) {
            const auto here = f.device(visit);
            by_card ? f.card(card_number, here) : f.name_pin("ada", f.ada_pin, here);
            f.follow([&] { f.guess_pin(here); });
        });
    }
}

TEST_CASE("who has found the card gets no more guesses by showing it at device after device") {
    BoundFixture f;
    f.play(hours(2), 50, [&](int visit) {
        const auto here = f.device(visit);
        f.follow([&] {
            f.card(card_number, here);
            f.guess_pin(here);
            f.guess_pin_with_card(here);
        });
    });
}

TEST_CASE("a second card brings no guesses of its own") {
    BoundFixture f;
    f.access.credentials.add_card(f.root, f.ada, "0BADCAFE", "", std::nullopt);
    const auto guess = [&](std::string_view card) {
        return f.answer(attempt_at({elsewhere, {}}, {}, "999999", {}, card));
    };
    times(5, [&] { guess(card_number); });
    f.clock.advance(seconds(30));
    CHECK(guess("0BADCAFE") == Status::ERR_LOCKED_OUT);
}

TEST_CASE("who guesses at all devices at once, by all methods, gets no more guesses") {
    BoundFixture f;
    f.play(hours(4), 70, [&](int visit) {
        f.name_pin("ada", f.ada_pin, f.device(visit));
        for (int each = 0; each < devices; ++each) {
            f.guess_pin(f.device(each));
            f.guess_pin_with_card(f.device(each));
        }
    });
}

TEST_CASE("guesses at a password from many sources, with a card and in its owner's session are as many") {
    BoundFixture f;
    f.play(hours(6), 60, [&](int visit) {
        f.right_password(f.source(visit));
        for (int each = 0; each < 10; ++each) {
            f.password("ada", "wrong", f.source(each));
            f.password("ada", "wrong", "192.0.2." + std::to_string(each));
            f.guess_password_with_card(f.device(each));
            (void)status_of([&] { f.access.credentials.remove_pin(f.log_in(f.ada), f.ada, "wrong"); });
        }
    });
}

TEST_CASE("guesses of the current password count with those by name where the person is known") {
    LockoutFixture f;
    CHECK(f.right_password("10.0.0.1") == Status::OK);
    const auto change = [&](std::string_view current) {
        return status_of([&] {
            f.access.credentials.set_password(f.log_in(f.ada), f.ada, current, "eight purple giraffes");
        });
    };
    times(10, [&] { CHECK(change("wrong") == Status::ERR_AUTHENTICATION); });
    CHECK(change(test::ada_password) == Status::ERR_LOCKED_OUT);
    CHECK(f.right_password("10.0.0.1") == Status::ERR_LOCKED_OUT);
    CHECK(f.name_pin("ada", f.ada_pin) == Status::OK);
}

TEST_CASE("nobody who is elsewhere slows an owner at the usual device, not even with the owner's card") {
    BoundFixture f;
    CHECK(f.name_pin("ada", f.ada_pin) == Status::OK);
    int refused = 0;
    for (int hour = 0; hour < 24 * 30; ++hour) {
        const auto here = f.device(hour);
        f.card(card_number, here);
        times(5, [&] {
            f.guess_pin(here);
            f.guess_pin_with_card(here);
        });
        f.clock.advance(hours(1));
        if (hour % 12 != 0) continue;
        if (hour % 48 == 0) f.guess_pin(lobby);  // a typing error of the owner's
        refused += f.name_pin("ada", f.ada_pin) != Status::OK;
        refused += f.answer(attempt_at({lobby, {}}, {}, f.ada_pin, {}, card_number)) != Status::OK;
        refused += f.card(card_number, f.device(hour + 1)) != Status::OK;
    }
    CHECK(refused == 0);
}

TEST_CASE("the bound is that of the lock settings in force") {
    BoundFixture f;
    const auto per_30_days = [&] { return LockRules::of(f.settings()).guesses_at_account(); };
    CHECK(named_pin_length(f.settings(), 100) == 6);
    for (const auto& [name, value] : {std::pair{"lockout.failures", "100"},
                                      {"lockout.duration", "1s"},
                                      {"lockout.max_duration", "1min"},
                                      {"lockout.window", "1h"},
                                      {"lockout.place_max_duration", "1s"}})
        f.set(name, value);
    for (int second = 0; second < 3 * 3600; second += 5) {
        times(2, [&] { f.guess_pin(f.device(second)); });
        f.clock.advance(seconds(5));
    }
    const auto by_strangers = f.looked_at();
    CHECK(by_strangers > 3 * 120);
    // By two methods, by strangers and known ones: four times as many.
    CHECK(per_30_days() >= 4 * by_strangers * 24 * 30 / 3);
    CHECK(named_pin_length(f.settings(), 2) == 8);
    CHECK(generated_pin_length(f.settings(), 1) == 7);
    CHECK(check_chosen_pin(f.settings(), "739164", 2) == PinUse::with_card);
    LockRules longer;
    longer.window = hours(24 * 90);
    longer.longest = hours(24 * 30);
    CHECK(longer.guesses_at_account() == 2 * 2 * 20 + 30);
}
