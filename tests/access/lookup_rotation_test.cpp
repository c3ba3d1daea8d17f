// Rotation of the look-up keys: everybody logs in afterwards as before, and what is not presented in time
// ends. That old copies tell no name then is shown in tests/spool/erasure_campaign.cpp.
#include "access/lookup_rotation.hpp"

#include <chrono>
#include <fstream>

#include <doctest/doctest.h>

#include "access/fixture.hpp"
#include "access/identity/credentials_store.hpp"
#include "base/rounds.hpp"

using namespace myqsec;
using namespace myqsec::access;
using storage::LookupKind;
using test::status_of;

namespace {

constexpr auto retention = std::chrono::hours(24 * 90);
const std::string ada_card_number = "04A2B3C4D5";

struct RotationFixture : test::AccessFixture {
    void rotate() { access.lookup_rotation.rotate(log_in(administrator)); }
    /// Until nothing is due. Returns when something is.
    Instant end_retired() {
        Instant next;
        while ((next = access.lookup_rotation.end_retired({})) <= clock.now()) {
        }
        return next;
    }
    Status log_in_with(const LoginAttempt& attempt) {
        return status_of([&] { access.login.authenticate(system, attempt, all_methods); });
    }
    Status by_name(std::string_view name, std::string_view password) {
        return log_in_with({.card = {}, .user_name = name, .pin = {}, .password = password, .place = {}});
    }
    Status by_card(std::string_view card = ada_card_number) {
        return log_in_with({.card = card, .user_name = {}, .pin = {}, .password = {}, .place = here});
    }
    Status by_pin() {
        return log_in_with({.card = {}, .user_name = {}, .pin = ada_pin, .password = {}, .place = here});
    }
    Status by_name_and_pin() {
        return log_in_with({.card = {}, .user_name = "ADA", .pin = ada_pin, .password = {}, .place = here});
    }
    std::uint32_t card_version() {
        return store::find_card(vault->main(), ada_card).value().card.key_version;
    }
    std::uint32_t pin_version() { return store::find_pin(vault->main(), ada).value().factor.key_version; }
    std::size_t keys(LookupKind kind) { return vault->lookup_keys().all(kind).size(); }

    const Place here{DeviceId(7), {}};
};

/// By this process, since it began.
std::uint64_t bytes_written() {
    std::ifstream counts("/proc/self/io");
    std::string name;
    for (std::uint64_t count = 0; counts >> name >> count;)
        if (name == "wchar:") return count;
    return 0;
}

}  // namespace

TEST_CASE("after a rotation everybody logs in as before, and what is presented is hashed anew") {
    RotationFixture f;
    const auto bob = f.add_user("Bob");
    f.rotate();
    CHECK(f.keys(LookupKind::name) == 1);
    CHECK(f.access.users.find(f.root, "bob") == bob);
    CHECK(f.by_name("ada", test::ada_password) == Status::OK);
    CHECK(f.card_version() == 1);
    CHECK(f.by_card() == Status::OK);
    CHECK(f.card_version() == 2);
    CHECK(f.pin_version() == 1);
    CHECK(f.by_name_and_pin() == Status::OK);
    CHECK(f.pin_version() == 2);
    CHECK(f.by_pin() == Status::OK);
    CHECK(f.by_card() == Status::OK);
    CHECK(f.access.credentials.cards(f.root, f.ada).at(0).label == "badge");
    CHECK(f.count(audit::Action::key_rotated) == 1);
}

TEST_CASE("how many cards and PINs wait to be presented after a rotation is known, and since when") {
    RotationFixture f;
    const auto waiting = [&] { return f.access.lookup_rotation.waiting(); };
    CHECK(waiting().credentials == 0);
    CHECK_FALSE(waiting().since);
    f.rotate();
    const auto rotated = f.clock.now();
    CHECK(waiting().credentials == 2);
    CHECK(waiting().since == rotated);
    f.clock.advance(std::chrono::hours(1));
    CHECK(f.by_card() == Status::OK);
    CHECK(waiting().credentials == 1);
    f.rotate();
    CHECK(waiting().credentials == 2);
    CHECK(waiting().since == rotated);
    f.clock.advance(retention);
    CHECK(f.end_retired() == Instant::max());
    CHECK(waiting().credentials == 0);
    CHECK_FALSE(waiting().since);
}

TEST_CASE("rotations in a row lock nobody out, before or after") {
    RotationFixture f;
    for (int i = 0; i < 3; ++i)
        f.rotate();
    CHECK(f.keys(LookupKind::credential) == 4);
    CHECK(f.by_card() == Status::OK);
    CHECK(f.by_pin() == Status::OK);
    CHECK(f.card_version() == 4);
    f.rotate();
    CHECK(f.by_card() == Status::OK);
    CHECK(f.by_pin() == Status::OK);
    CHECK(f.by_name("ada", test::ada_password) == Status::OK);
    f.clock.advance(retention);
    CHECK(f.end_retired() == Instant::max());
    CHECK(f.keys(LookupKind::credential) == 1);
    CHECK(f.by_card() == Status::OK);
    CHECK(f.by_pin() == Status::OK);
    CHECK(f.count(audit::Action::key_destroyed) == 4);
}

TEST_CASE("thousands of names are hashed anew") {
    const int names = test::rounds("MYQSEC_NAMES", 2500);
    RotationFixture f;
    storage::Transaction transaction(f.vault->main());
    for (int i = 0; i < names; ++i)
        f.add_user("user" + std::to_string(i));
    transaction.commit();
    auto& main = f.vault->main();
    main.execute("PRAGMA cache_size = -64");  // far less than the index of hashes
    const auto before = bytes_written();
    REQUIRE(before > 0);
    const auto begin = std::chrono::steady_clock::now();
    f.rotate();
    const auto took = std::chrono::steady_clock::now() - begin;
    MESSAGE(names << " names in " << std::chrono::duration<double>(took).count() << " s");
    for (const auto* name : {"root", "ada", "user0", "user999", "user1000", "user2499"})
        CHECK(status_of([&] { (void)f.access.users.find(f.root, name); }) == Status::OK);
    CHECK_FALSE(main.query("SELECT 1 FROM access_user WHERE key_version <> 2").next());
    // Each page once, and not for each name that belongs there.
    CHECK(bytes_written() - before < static_cast<std::uint64_t>(names) * 2048);
}

TEST_CASE("a rotation takes the right to manage keys; a refusal is audited, and changes nothing") {
    RotationFixture f;
    const auto ada = f.log_in(f.ada);
    CHECK(status_of([&] { f.access.lookup_rotation.rotate(ada); }) == Status::ERR_ACCESS_DENIED);
    CHECK(f.count(audit::Action::session_denied) == 1);
    CHECK(f.count(audit::Action::key_rotated) == 0);
    CHECK(f.keys(LookupKind::credential) == 1);
}

TEST_CASE("cards and PINs that were not presented in time end, audited, and their key is destroyed") {
    RotationFixture f;
    CHECK(f.end_retired() == Instant::max());
    const auto other = f.access.credentials.add_card(f.root, f.ada, "04FFFFFF", "", std::nullopt);
    f.rotate();
    const auto rotated = f.clock.now();
    f.clock.advance(retention - std::chrono::seconds(1));
    CHECK(f.end_retired() == rotated + retention);
    CHECK(f.by_card() == Status::OK);
    f.clock.advance(std::chrono::seconds(1));
    CHECK(f.access.lookup_rotation.end_retired(std::chrono::hours(1)) ==
          rotated + retention + std::chrono::hours(1));  // the clock may be ahead by so much
    CHECK(f.end_retired() == Instant::max());
    CHECK(f.by_card() == Status::OK);
    CHECK(f.by_card("04FFFFFF") == Status::ERR_AUTHENTICATION);
    CHECK(f.by_pin() == Status::ERR_AUTHENTICATION);
    CHECK_FALSE(store::find_pin(f.vault->main(), f.ada));
    CHECK_FALSE(store::find_card(f.vault->main(), other));
    CHECK(f.count(audit::Action::credential_removed) == 2);
    CHECK(f.count(audit::Action::key_destroyed) == 1);
    CHECK(f.keys(LookupKind::credential) == 1);
    CHECK_FALSE(f.vault->leaf_keys().has_waiting());  // the turn was made
}

TEST_CASE("so many earlier keys are tried at each login, and no more: a rotation waits until one has ended") {
    RotationFixture f;
    for (std::size_t i = 0; i < LookupRotation::most_retired; ++i)
        f.rotate();
    CHECK(status_of([&] { f.rotate(); }) == Status::ERR_NOT_POSSIBLE);
    CHECK(f.keys(LookupKind::credential) == LookupRotation::most_retired + 1);
    CHECK(f.by_card() == Status::OK);
    f.clock.advance(retention);
    CHECK(f.end_retired() == Instant::max());
    f.rotate();
    CHECK(f.by_card() == Status::OK);
}

TEST_CASE("however many end, each step is bounded, and none is left") {
    RotationFixture f;
    for (int i = 0; i < 600; ++i)
        f.access.credentials.add_card(f.root, f.ada, "CARD-" + std::to_string(i), "", std::nullopt);
    f.set("lookup.retention", "0s");
    f.rotate();
    CHECK(f.access.lookup_rotation.end_retired({}) == f.clock.now());
    CHECK(f.keys(LookupKind::credential) == 2);
    CHECK(f.count(audit::Action::credential_removed) < 600);
    CHECK(f.end_retired() == Instant::max());
    CHECK(f.count(audit::Action::credential_removed) == 602);  // with hers of before, and the PIN
}

TEST_CASE("a rotation under a clock that was ahead keeps no key for ever, nor takes it early") {
    RotationFixture f;
    const auto today = f.clock.now();
    f.clock.set(today + 10 * retention);
    f.rotate();
    f.clock.set(today);
    CHECK(f.end_retired() == today + retention);
    CHECK(f.by_card() == Status::OK);
    f.clock.advance(retention);
    CHECK(f.end_retired() == Instant::max());
}

TEST_CASE("wrong entries outlast a rotation, whether or not anybody has the name") {
    RotationFixture f;
    for (const auto* name : {"ada", "nobody"}) {
        for (int i = 0; i < 5; ++i)
            CHECK(f.by_name(name, "wrong") == Status::ERR_AUTHENTICATION);
        CHECK(f.by_name(name, "wrong") == Status::ERR_LOCKED_OUT);
    }
    f.rotate();
    CHECK(f.by_name("ada", "wrong") == Status::ERR_LOCKED_OUT);
    CHECK(f.by_name("nobody", "wrong") == Status::ERR_LOCKED_OUT);
    f.rotate();
    // Somebody is given the name, which tells nobody that it is new.
    const auto user = f.add_user("nobody");
    CHECK(f.by_name("nobody", "wrong") == Status::ERR_LOCKED_OUT);
    CHECK(f.access.users.get(f.root, user).locked_until);
}

TEST_CASE("no row of a lock says whose name it was") {
    RotationFixture f;
    CHECK(f.by_name("ada", "wrong") == Status::ERR_AUTHENTICATION);
    for (const auto& hash : lookup_hashes(*f.vault, lookup_domain::nobodys_account, "name-password ada"))
        CHECK_FALSE(f.vault->main().query("SELECT 1 FROM access_lock WHERE hash = $1", hash.hash).next());
    CHECK(f.vault->main().query("SELECT 1 FROM access_lock WHERE user_id = $1", f.ada).next());
}

TEST_CASE("a card is nobody else's while it is hashed under the key before") {
    RotationFixture f;
    const auto bob = f.add_user("bob");
    f.rotate();
    CHECK(status_of([&] { f.access.credentials.add_card(f.root, bob, ada_card_number, "", std::nullopt); }) ==
          Status::ERR_EXISTS);
}
