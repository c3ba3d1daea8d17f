#include <doctest/doctest.h>

#include "audit/log_fixture.hpp"
#include "crypto/random.hpp"

using namespace myqsec;
using namespace myqsec::audit;

namespace {

constexpr auto purpose = storage::KeyPurpose::audit_signing;

std::vector<std::uint32_t> keys(test::LogFixture& f) {
    return f.vault->keystore().keys().versions(purpose);
}

}  // namespace

TEST_CASE("a new key takes over, the old one is gone, and a verifier follows from the first to the newest") {
    test::LogFixture f;
    f.audit().recover();
    const auto first = f.first_key();
    for (std::uint32_t epoch = 2; epoch <= 5; ++epoch) {
        f.record(100);
        f.audit().rotate_key(test::key_manager);
        CHECK(keys(f) == std::vector{epoch});
        f.record(static_cast<int>(epoch));
    }
    CHECK(f.first_key() == first);
    CHECK(f.count(Action::audit_key_rotated) == 4);
    const auto verdict = f.verify(f.bundle());
    CHECK_MESSAGE(verdict.valid, verdict.wrong_event, verdict.reason);
    CHECK(verdict.epoch == 5);
}

TEST_CASE("the first event names the first key") {
    test::LogFixture f;
    f.audit().recover();
    f.audit().recover();
    const auto events = f.events();
    REQUIRE(events.size() == 1);
    CHECK(events[0].action == Action::audit_key_created);
    CHECK(events[0].changes == KeyChange{1, std::nullopt, f.first_key()}.changes());
}

TEST_CASE("a key change that was cut off before its event is undone, one behind it is finished") {
    test::LogFixture f;
    f.audit().recover();
    f.record(10);
    const auto add_key = [&](std::uint32_t version) {
        f.vault->keystore().change(
            [&](storage::KeySet& set) { set.put(purpose, version, crypto::random_secret(32)); });
    };
    add_key(2);
    f.audit().recover();
    CHECK(keys(f) == std::vector<std::uint32_t>{1});

    // As a crash between the event's commit and its move leaves it.
    add_key(2);
    const crypto::SigningKey key(f.vault->keystore().key(purpose, 2));
    auto event = f.event(1);
    event.action = Action::audit_key_rotated;
    event.changes = KeyChange{2, f.first_key(), {f.first_key().name, key.verifying_key()}}.changes();
    f.record(event);
    f.audit().recover();
    CHECK(keys(f) == std::vector<std::uint32_t>{2});

    // Between the log's commit and the end of the old key.
    add_key(1);
    f.audit().recover();
    CHECK(keys(f) == std::vector<std::uint32_t>{2});
    f.record(5);
    CHECK(f.verify(f.bundle()).valid);
}

TEST_CASE("an epoch ends when it is as old as audit.epoch allows") {
    test::LogFixture f;
    f.audit().recover();
    const auto week = std::chrono::hours(24 * 7);
    const auto due = f.clock.now() + week;
    CHECK(f.audit().rotate_key_if_due(test::ticker, week) == due);
    f.clock.advance(week - Duration(1));
    CHECK(f.audit().rotate_key_if_due(test::ticker, week) == due);
    CHECK(f.count(Action::audit_key_rotated) == 0);
    f.clock.advance(Duration(1));
    CHECK(f.audit().rotate_key_if_due(test::ticker, week) == due + week);
    CHECK(f.count(Action::audit_key_rotated) == 1);
}

TEST_CASE("a log that is older than its keystore is not signed for with the wrong key") {
    test::LogFixture f;
    f.audit().recover();
    f.vault->keystore().change([](storage::KeySet& set) {
        set.put(purpose, 2, crypto::random_secret(32));
        set.drop(purpose, 1);
    });
    f.record(1);
    AuditLog reopened(*f.vault);
    CHECK(test::status_of([&] { reopened.drain(); }) == Status::ERR_TAMPERED);
}
