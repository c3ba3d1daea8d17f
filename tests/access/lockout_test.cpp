// What wrong entries cost, and whom: the promises of docs/lockout.md.
#include <algorithm>
#include <map>
#include <thread>

#include <doctest/doctest.h>

#include "access/identity/lock_store.hpp"
#include "access/lockout_fixture.hpp"
#include "base/paging.hpp"

using namespace myqsec;
using namespace myqsec::access;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using test::status_of;

TEST_CASE(
    "after five wrong passwords an account, existing or not, waits a minute, and each further one doubles "
    "it") {
    LockoutFixture f;
    for (const auto* name : {"ada", "nobody"}) {
        CAPTURE(std::string(name));
        times(5, [&] { CHECK(f.password(name, "wrong") == Status::ERR_AUTHENTICATION); });
        CHECK(f.password(name, test::ada_password) == Status::ERR_LOCKED_OUT);
        f.clock.advance(seconds(60));
        CHECK(f.password(name, "wrong") == Status::ERR_AUTHENTICATION);
        f.clock.advance(seconds(119));
        CHECK(f.password(name, "wrong") == Status::ERR_LOCKED_OUT);
        f.clock.advance(seconds(1));
        CHECK(f.password(name, "wrong") == Status::ERR_AUTHENTICATION);
    }
    f.clock.advance(minutes(4));
    CHECK(f.right_password() == Status::OK);
}

TEST_CASE("one account's lock by password stops neither its card nor its PIN") {
    LockoutFixture f;
    const auto lock = [&] {
        times(5, [&] { f.password("ada", "wrong"); });
        CHECK(f.right_password() == Status::ERR_LOCKED_OUT);
    };
    lock();
    CHECK(f.card(card_number) == Status::OK);
    lock();
    CHECK(f.name_pin("ada", f.ada_pin) == Status::OK);
    CHECK(f.answer(attempt_at({lobby, {}}, {}, {}, test::ada_password, card_number)) == Status::OK);
}

TEST_CASE("a locked account's card gets the answer of any other card") {
    LockoutFixture f;
    times(5, [&] { f.password("ada", "wrong"); });
    const auto with_pin = [&](std::string_view number) {
        return f.answer(attempt_at({lobby, {}}, {}, "000001", {}, number));
    };
    CHECK(with_pin(card_number) == with_pin("DEADBEEF"));
}

TEST_CASE("the place that knows somebody lets that person in whatever was guessed elsewhere") {
    LockoutFixture f;
    CHECK(f.right_password("10.0.0.1") == Status::OK);
    // 45 wrong passwords in three days from outside; the only ones who notice are outside, too.
    times(45, [&] {
        f.password("ada", "wrong", "192.0.2.7");
        f.clock.advance(minutes(96));
        CHECK(f.right_password("10.0.0.1") == Status::OK);
    });
    CHECK(f.right_password("192.0.2.9") == Status::ERR_LOCKED_OUT);
}

TEST_CASE("a guesser where somebody is known is slowed there, and that is no answer") {
    LockoutFixture f;
    f.name_pin("ada", f.ada_pin);
    times(5, [&] { CHECK(f.name_pin("ada", "999999") == Status::ERR_AUTHENTICATION); });
    times(5, [&] { CHECK(f.name_pin("nobody", "999999", DeviceId(9)) == Status::ERR_AUTHENTICATION); });
    times(5, [&] { CHECK(f.name_pin("ada", "999999") == f.name_pin("nobody", "999999", DeviceId(9))); });
    CHECK(f.name_pin("ada", f.ada_pin) == Status::ERR_LOCKED_OUT);
}

TEST_CASE(
    "locks that a guesser can see go on for a name that is known somewhere as for one that nobody has") {
    LockoutFixture f;
    f.name_pin("ada", f.ada_pin, DeviceId(20));
    const auto seen_at = [&](const std::string& name) {
        std::vector<Status> answers;
        for (const int device : {21, 20, 20, 20, 21, 20, 22, 20, 21, 22, 20, 21}) {
            times(3, [&] { answers.push_back(f.name_pin(name, "999999", DeviceId(device))); });
            f.clock.advance(seconds(70));
        }
        f.clock.advance(hours(2));
        return answers;
    };
    CHECK(seen_at("ada") == seen_at("nobody"));
}

TEST_CASE("setting the clock back buys no guesses") {
    LockoutFixture f;
    int looked_at = 0;
    times(60, [&] {
        looked_at += f.password("ada", "wrong") == Status::ERR_AUTHENTICATION ? 1 : 0;
        if (looked_at % 4 == 0) f.clock.set(f.clock.now() - hours(1));
    });
    CHECK(looked_at == 5);
}

TEST_CASE("setting the clock forward ends no lock") {
    LockoutFixture f;
    times(5, [&] { f.password("ada", "wrong"); });
    f.clock.set(f.clock.now() + hours(24 * 365));
    CHECK(f.right_password() == Status::ERR_LOCKED_OUT);
    f.clock.advance(minutes(1));
    CHECK(f.right_password() == Status::OK);
}

TEST_CASE(
    "a lock outlives a restart; time goes on while nothing is open, but not by a clock that began anew") {
    LockoutFixture f;
    times(7, [&] {
        f.password("ada", "wrong");
        f.clock.advance(minutes(2));
    });
    f.clock.set(f.clock.now() - hours(10));
    f.clock.reboot();
    f.access.locks.keep_time();  // as each opening does
    CHECK(f.right_password() == Status::ERR_LOCKED_OUT);
    f.clock.advance(seconds(200));
    CHECK(f.right_password() == Status::ERR_LOCKED_OUT);
    f.clock.advance(seconds(20));
    CHECK(f.right_password() == Status::OK);
}

TEST_CASE("a right entry clears one's own typing errors") {
    LockoutFixture f;
    f.name_pin("ada", f.ada_pin);
    times(4, [&] {
        times(4, [&] { CHECK(f.name_pin("ada", "999999") == Status::ERR_AUTHENTICATION); });
        CHECK(f.name_pin("ada", f.ada_pin) == Status::OK);
    });
    CHECK(f.locks().empty());
}

TEST_CASE("right entries clear no more than thirty wrong ones in 30 days, so that they sell no guesses") {
    LockoutFixture f;
    f.name_pin("ada", f.ada_pin);
    for (int day = 0; day < 30; ++day) {
        for (int hour = 0; hour < 24; ++hour) {
            times(5, [&] { f.name_pin("ada", "999999"); });
            f.clock.advance(hours(1));
        }
        f.name_pin("ada", f.ada_pin);
    }
    CHECK(f.looked_at() <= 2 * 21 + 30);
}

TEST_CASE("whoever logs in by one method ends the account's locks by others, within the same allowance") {
    LockoutFixture f;
    times(5, [&] { f.name_pin("ada", "999999"); });
    times(5, [&] { f.password("ada", "wrong"); });
    CHECK(f.right_password() == Status::ERR_LOCKED_OUT);
    CHECK(f.card(card_number, elsewhere) == Status::OK);
    CHECK(f.right_password() == Status::OK);
    CHECK(f.name_pin("ada", f.ada_pin, elsewhere) == Status::OK);
    for (int i = 0; i < 200; ++i) {
        f.name_pin("ada", "999999", DeviceId(100 + i));
        f.card(card_number, elsewhere);
    }
    CHECK(f.looked_at() <= 10 + 30 + 5);
}

TEST_CASE("a vandal at one device keeps nobody out whom it knows, and others for a minute") {
    LockoutFixture f;
    CHECK(f.card(card_number) == Status::OK);
    CHECK(f.name_pin("ada", f.ada_pin) == Status::OK);
    const auto guest = f.add_user("guest");
    f.access.credentials.set_password(f.root, guest, std::nullopt, "correct pony fuel tank");
    const auto guest_logs_in = [&] {
        return f.answer(attempt_at({lobby, {}}, "guest", {}, "correct pony fuel tank"));
    };
    for (int minute = 0; minute < 3 * 24 * 60; minute += 7) {
        f.pin("31415926");
        f.name_pin("somebody" + std::to_string(minute), "000000");
        f.card("DEADBEEF" + std::to_string(1000 + minute));
        CHECK(f.card(card_number) == Status::OK);
        CHECK(f.name_pin("ada", f.ada_pin) == Status::OK);
        f.clock.advance(minutes(7));
    }
    times(10, [&] { f.name_pin("somebody", "000000"); });
    CHECK(guest_logs_in() == Status::ERR_LOCKED_OUT);
    f.clock.advance(minutes(1));
    CHECK(guest_logs_in() == Status::OK);
    f.name_pin("somebody", "000000");
    CHECK(guest_logs_in() == Status::OK);
}

TEST_CASE("unknown cards cost those nothing who type, nor those whose card the device knows") {
    LockoutFixture f;
    f.card(card_number);
    const auto bob = f.add_user("bob");
    f.access.credentials.add_card(f.root, bob, "0BADCAFE", "", std::nullopt);
    times(40, [&] { f.card("DEADBEEF"); });
    CHECK(f.card("DEADBEEF") == Status::ERR_LOCKED_OUT);
    CHECK(f.card("0BADCAFE") == Status::ERR_LOCKED_OUT);  // so that a guesser finds few
    CHECK(f.card("0BADCAFE", elsewhere) == Status::OK);
    CHECK(f.card(card_number) == Status::OK);
    CHECK(f.answer(attempt_at({lobby, {}}, "ada", {}, test::ada_password)) == Status::OK);
    f.clock.advance(minutes(1));
    CHECK(f.card("0BADCAFE") == Status::OK);
}

TEST_CASE("a source is locked whatever names it tries, and those it knows are not") {
    LockoutFixture f;
    CHECK(f.right_password("192.0.2.7") == Status::OK);
    for (int i = 0; i < 5; ++i)
        CHECK(f.password("user" + std::to_string(i), "wrong", "192.0.2.7") == Status::ERR_AUTHENTICATION);
    CHECK(f.password("user9", "wrong", "192.0.2.7") == Status::ERR_LOCKED_OUT);
    CHECK(f.password("ada", "wrong", "192.0.2.7") ==
          Status::ERR_LOCKED_OUT);  // or it would tell who is known
    CHECK(f.right_password("192.0.2.7") == Status::OK);
    CHECK(f.password("root", f.administrator_password, "192.0.2.7") == Status::ERR_LOCKED_OUT);
    CHECK(f.password("root", f.administrator_password, "192.0.2.8") == Status::OK);
}

TEST_CASE("a used-up budget of PINs alone asks for the user name, too, and refuses nobody who has a PIN") {
    LockoutFixture f;
    f.set("pin.site_guesses", "10");
    for (int i = 0; i < 10; ++i)
        CHECK(f.pin("31415926", DeviceId(100 + i)) == Status::ERR_AUTHENTICATION);
    const auto alone = attempt_at({lobby, {}}, {}, f.ada_pin, {});
    CHECK(f.answer(alone) == Status::ERR_FACTOR_NEEDED);
    const auto refused = f.refusal(alone);
    CHECK(refused.scope == LockScope::site);
    CHECK(refused.methods == (method_name_pin | method_card_pin));
    CHECK(refused.until == f.clock.now() + hours(24));
    // Also where only PINs alone are allowed.
    CHECK(f.answer(attempt_at({lobby, {}}, "ada", f.ada_pin, {}), method_pin) == Status::OK);
    CHECK(f.answer(attempt_at({lobby, {}}, {}, f.ada_pin, {}, card_number), method_pin) == Status::OK);
    f.clock.advance(hours(24));
    CHECK(f.pin(f.ada_pin, lobby, method_pin) == Status::OK);
    CHECK(f.answer(attempt_at({lobby, {}}, "ada", f.ada_pin, {}), method_pin) == Status::ERR_AUTHENTICATION);
}

TEST_CASE("the budget's window slides: in no 24 hours is more looked at") {
    LockoutFixture f;
    const auto guess = [&](int count) {
        int looked_at = 0;
        for (int i = 0; i < count; ++i)
            looked_at += f.pin("31415926", DeviceId(100 + i)) == Status::ERR_AUTHENTICATION ? 1 : 0;
        return looked_at;
    };
    CHECK(guess(1) == 1);
    f.clock.advance(hours(23) + minutes(40));
    CHECK(guess(120) == 99);
    f.clock.advance(minutes(21));
    CHECK(guess(120) == 1);
}

TEST_CASE("one's own login clears few guesses at others' PINs") {
    LockoutFixture f;
    int looked_at = 0;
    times(200, [&] {
        times(3, [&] { looked_at += f.pin("31415926") == Status::ERR_AUTHENTICATION ? 1 : 0; });
        f.pin(f.ada_pin);
        f.clock.advance(minutes(6));
    });
    CHECK(looked_at <= 100 + 50);
}

TEST_CASE("a refusal says until when to whoever holds a registered card; otherwise to the host alone") {
    LockoutFixture f;
    times(5, [&] { f.answer(attempt_at({elsewhere, {}}, {}, "999999", {}, card_number)); });
    const auto by_card = f.refusal(attempt_at({elsewhere, {}}, {}, "999999", {}, card_number));
    CHECK(std::string(by_card.what()).ends_with("try again in 60 seconds"));
    times(5, [&] { f.name_pin("ada", "999999", DeviceId(9)); });
    const auto by_name = f.refusal(attempt_at({DeviceId(9), {}}, "ada", "999999", {}));
    CHECK(std::string(by_name.what()).ends_with("try again later, or log in another way"));
    CHECK(by_name.until == f.clock.now() + minutes(1));
}

TEST_CASE("a lock is audited with its subject once, and refusals by it by their number") {
    LockoutFixture f;
    times(50, [&] { f.name_pin("ada", "999999"); });
    const auto locked = f.last(audit::Action::user_locked);
    CHECK(f.count(audit::Action::user_locked) == 2);  // the account, and the device for strangers
    CHECK(locked.object == audit::Object(f.ada));
    CHECK(locked.changes[0] == audit::Change{"scope", "", "account"});
    CHECK(locked.changes[1] == audit::Change{"method", "", "name-pin"});
    CHECK(f.count(audit::Action::session_login_failed) == 5);
    CHECK(f.last(audit::Action::session_login_failed).changes[2] == audit::Change{"device", "", "7"});
    f.access.refusals.close();
    CHECK(f.count(audit::Action::session_login_failed) == 6);
    CHECK(f.last(audit::Action::session_login_failed).object == audit::Object(DeviceId(7)));
    CHECK(f.last(audit::Action::session_login_failed).changes.back() == audit::Change{"more", "", "45"});
}

TEST_CASE("every lock is in one list, and lifted by right, which is audited") {
    LockoutFixture f;
    f.set("pin.site_guesses", "10");
    times(5, [&] { f.name_pin("ada", "999999"); });
    times(5, [&] { f.password("nobody", "wrong", "192.0.2.7"); });
    for (int i = 0; i < 10; ++i)
        f.pin("31415926", DeviceId(100 + i));
    auto locks = f.locks();
    REQUIRE(locks.size() == 5);
    std::map<std::string, Lock> by_name;
    for (const auto& lock : locks)
        by_name[std::string(lock_scope_name(lock.scope)) + " " + lock.method] = lock;
    CHECK(by_name["account name-pin"].user == f.ada);
    CHECK(by_name["account name-pin"].entries == 5);
    CHECK(by_name["account name-pin"].until == f.clock.now() + minutes(1));
    CHECK_FALSE(by_name["account name-password"].user);
    CHECK(by_name["device typed"].device == lobby);
    CHECK(by_name["source typed"].source == "192.0.2.7");
    CHECK(by_name["site pin"].id != 0);
    CHECK(f.access.users.get(f.root, f.ada).locked_until == f.clock.now() + minutes(1));

    const auto ada = f.log_in(f.ada);
    CHECK(status_of([&] { (void)f.access.locks.list(ada); }) == Status::ERR_ACCESS_DENIED);
    for (const auto& lock : locks) {
        CHECK(status_of([&] { f.access.locks.lift(ada, lock.id); }) == Status::ERR_ACCESS_DENIED);
        f.access.locks.lift(f.root, lock.id);
        CHECK(status_of([&] { f.access.locks.lift(f.root, lock.id); }) == Status::ERR_NOT_FOUND);
    }
    CHECK(f.locks().empty());
    CHECK(f.count(audit::Action::user_unlocked) == 5);
    CHECK(f.name_pin("ada", f.ada_pin) == Status::OK);
    CHECK(f.pin(f.ada_pin) == Status::OK);
}

TEST_CASE("a lock's source is read in the list alone, not in the database, and only as the lock's own") {
    LockoutFixture f;
    const std::string address = "192.0.2.7";
    CHECK(f.password("ada", test::ada_password, address) == Status::OK);
    times(10, [&] { f.password("ada", "wrong", address); });
    auto& main = f.vault->main();
    std::vector<std::int64_t> sealed;
    for (auto rows = main.query("SELECT id, source FROM access_lock WHERE length(source) > 0");
         rows.next();) {
        CHECK(as_text(rows.blob(1)).find(address) == std::string_view::npos);
        sealed.push_back(rows.integer(0));
    }
    REQUIRE(sealed.size() == 2);  // the source, for strangers, and ada's account where it is known
    for (const auto& lock : f.locks())
        CHECK(lock.source == (std::ranges::count(sealed, lock.id) != 0 ? address : ""));
    int told = 0;
    const audit::Change tagged{"source", "", Place{{}, address}.source_tag(*f.vault)};
    for (const auto& event : f.events())
        if (event.action == audit::Action::user_locked) told += event.changes.back() == tagged ? 1 : 0;
    CHECK(told == 2);
    main.run("UPDATE access_lock SET source = (SELECT source FROM access_lock WHERE id = $1)", sealed[0]);
    CHECK(status_of([&] { (void)f.locks(); }) == Status::ERR_CORRUPT);
}

TEST_CASE("a device administrator lifts locks of devices, and sees no others") {
    LockoutFixture f;
    const auto keeper = f.add_user("keeper");
    Grant grant;
    grant.user = keeper;
    f.access.roles.give(f.root, "device-administrator", grant);
    times(5, [&] { f.name_pin("ada", "999999"); });
    const auto session = f.log_in(keeper);
    const auto seen = f.access.locks.list(session);
    REQUIRE(seen.size() == 1);
    CHECK(seen[0].device == lobby);
    f.access.locks.lift(session, seen[0].id);
    for (const auto& lock : f.locks())
        CHECK(status_of([&] { f.access.locks.lift(session, lock.id); }) == Status::ERR_NOT_FOUND);
    CHECK(f.last(audit::Action::session_denied).object == audit::Object(f.ada));
}

TEST_CASE("a lock that one may not lift and none get one answer") {
    LockoutFixture f;
    const auto clerk = f.add_user("clerk");
    f.access.roles.create(f.root, "clerk", {Right::user_manage});
    Grant grant;
    grant.user = clerk;
    grant.scope_group = f.access.groups.create(f.root, "sales");
    f.access.roles.give(f.root, "clerk", grant);
    times(5, [&] { f.password("nobody", "wrong", "192.0.2.7"); });
    times(5, [&] { f.password("ada", "wrong"); });
    const auto session = f.log_in(clerk);
    const auto locks = f.locks();
    REQUIRE(locks.size() == 3);
    for (const auto& lock : locks)
        CHECK(status_of([&] { f.access.locks.lift(session, lock.id); }) == Status::ERR_NOT_FOUND);
    CHECK(status_of([&] { f.access.locks.lift(session, locks[2].id + 1); }) == Status::ERR_NOT_FOUND);
    CHECK(f.locks().size() == 3);
    f.access.groups.add(f.root, grant.scope_group, f.ada);
    for (const auto& lock : f.access.locks.list(session))
        f.access.locks.lift(session, lock.id);
    CHECK(f.locks().size() == 2);
}

TEST_CASE("unlocking a user lifts all locks of the account") {
    LockoutFixture f;
    times(5, [&] { f.password("ada", "wrong"); });
    times(5, [&] { f.name_pin("ada", "999999"); });
    f.access.users.unlock(f.root, f.ada);
    CHECK(f.count(audit::Action::user_unlocked) == 1);
    CHECK(f.right_password() == Status::OK);
    CHECK(f.name_pin("ada", f.ada_pin, elsewhere) == Status::OK);
}

TEST_CASE("pages of locks go by key") {
    LockoutFixture f;
    for (int i = 0; i < 30; ++i)
        times(5, [&] { f.name_pin("nobody" + std::to_string(i), "999999", DeviceId(50 + i)); });
    const auto id_of = [](const Lock& lock) { return lock.id; };
    std::vector<std::int64_t> all;
    for (const auto& lock : f.locks())
        all.push_back(id_of(lock));
    CHECK(all.size() == 60);
    test::check_pages([&](const Page& page) { return f.access.locks.list(f.root, page); }, id_of, all);
    test::check_plans(f.vault->main(), store::lock_list_statements(), {"access_lock"});
}
