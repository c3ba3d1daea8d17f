#include <doctest/doctest.h>

#include "audit/audit_log.hpp"
#include "audit/event/event_format.hpp"
#include "audit/log_fixture.hpp"

using namespace myqsec;
using namespace myqsec::audit;

namespace {

struct Fixture : test::LogFixture {
    using LogFixture::record;
    /// Each in a transaction of its own.
    void record(int events) {
        for (int i = 1; i <= events; ++i)
            record(event(i));
    }
    std::size_t in_outbox() { return store::outbox_from(vault->main(), 1, 10'000).size(); }
    std::size_t in_log() { return store::events_from(vault->log(), 1, 10'000).size(); }
};

/// RFC 9162 §2.1.1, written down recursively as the standard has it.
crypto::Digest tree_hash(std::span<const crypto::Digest> leaves) {
    if (leaves.empty()) return crypto::sha256({});
    if (leaves.size() == 1) return leaves[0];
    std::size_t split = 1;
    while (split * 2 < leaves.size())
        split *= 2;
    const auto left = tree_hash(leaves.first(split));
    const auto right = tree_hash(leaves.subspan(split));
    Bytes node{0x01};
    node.insert(node.end(), left.begin(), left.end());
    node.insert(node.end(), right.begin(), right.end());
    return crypto::sha256(node);
}

}  // namespace

TEST_CASE("whoever reads or changes the log proves the right to, and proof of another right is none") {
    Fixture f;
    f.record(3);
    auto& log = f.audit();
    const auto refused = [](auto&& work) { return test::status_of(work) == Status::ERR_INTERNAL; };
    const auto nowhere = [](ByteView) { FAIL("something was exported"); };
    for (const auto& proof : {test::key_manager, test::ticker}) {
        CHECK(refused([&] { (void)log.list(proof, {}); }));
        CHECK(refused([&] { (void)log.head(proof); }));
        CHECK(refused([&] { (void)log.root(proof, 1); }));
        CHECK(refused([&] { (void)log.checkpoint(proof); }));
        CHECK(refused([&] { (void)log.inclusion(proof, 1, 2); }));
        CHECK(refused([&] { (void)log.consistency(proof, 1, 2); }));
        CHECK(refused([&] { (void)log.keys(proof); }));
        CHECK(refused([&] { (void)log.export_lines(proof, {}, nowhere); }));
        CHECK(refused([&] { log.export_bundle(proof, nowhere); }));
    }
    for (const auto& proof : {test::auditor, test::ticker})
        CHECK(refused([&] { log.rotate_key(proof); }));
    for (const auto& proof : {test::auditor, test::key_manager}) {
        CHECK(refused([&] { (void)log.rotate_key_if_due(proof, Duration(0)); }));
        CHECK(refused([&] { (void)log.prune(proof, Duration(0)); }));
    }
    CHECK(f.events().size() == 3);
}

TEST_CASE("an event is read back as it was recorded, before and after it moved to the log") {
    Fixture f;
    f.record(f.event(17));
    const auto check = [&] {
        const auto events = f.events();
        REQUIRE(events.size() == 1);
        CHECK(events[0].sequence == 1);
        CHECK(events[0].time == f.clock.now());
        CHECK(action_name(events[0].action) == "job.held");
        CHECK(events[0].actor == Actor::system());
        CHECK(events[0].object == Object(JobId(17)));
        CHECK(events[0].changes == std::vector<Change>{{"pages", "", "3"}});
    };
    check();
    CHECK(f.in_outbox() == 1);
    f.audit().drain();
    CHECK(f.in_outbox() == 0);
    check();
}

TEST_CASE("a fact rolled back leaves no event and no gap in the sequence") {
    Fixture f;
    f.record(1);
    {
        storage::Transaction transaction(f.vault->main());
        f.audit().append(transaction, f.event(2));
    }
    f.record(1);
    const auto events = f.events();
    REQUIRE(events.size() == 2);
    CHECK(events[1].sequence == 2);
}

TEST_CASE("draining twice, or again after a crash between the two databases, changes nothing") {
    Fixture f;
    f.record(5);
    const auto waiting = store::outbox_from(f.vault->main(), 1, 10);
    f.audit().drain();
    const auto head = f.audit().head(test::auditor);
    f.audit().drain();
    // As a crash leaves it: in the log already, in the outbox still.
    for (const auto& record : waiting)
        store::insert_outbox(f.vault->main(), {&record, 1});
    f.audit().drain();
    CHECK(f.in_outbox() == 0);
    CHECK(f.in_log() == 5);
    CHECK(f.audit().head(test::auditor).size == 5);
    CHECK(f.audit().head(test::auditor).root == head.root);
}

TEST_CASE("an event that is missing between outbox and log raises an alarm") {
    Fixture f;
    f.record(3);
    f.vault->main().run("DELETE FROM audit_outbox WHERE sequence = 2");
    CHECK(test::status_of([&] { f.audit().drain(); }) == Status::ERR_TAMPERED);
}

TEST_CASE("the list sees outbox and log, in order, from anywhere, up to its limit") {
    Fixture f;
    f.record(4);
    f.audit().drain();
    f.record(4);
    CHECK(f.in_outbox() == 4);
    const auto events = f.audit().list(test::auditor, {}, {.after = 2, .limit = 4});
    REQUIRE(events.size() == 4);
    for (std::size_t i = 0; i < events.size(); ++i)
        CHECK(events[i].sequence == static_cast<std::int64_t>(i) + 3);
}

TEST_CASE("the Merkle root of every size is that of RFC 9162") {
    Fixture f;
    f.record(37);
    std::vector<crypto::Digest> leaves;
    for (const auto& record : store::outbox_from(f.vault->main(), 1, 100)) {
        Bytes entry{0x00};
        entry.insert(entry.end(), record.event.begin(), record.event.end());
        leaves.push_back(crypto::sha256(entry));
    }
    for (std::size_t size = 0; size <= leaves.size(); ++size) {
        CHECK(f.audit().root(test::auditor, static_cast<std::int64_t>(size)) ==
              tree_hash(std::span(leaves).first(size)));
    }
    CHECK(f.audit().head(test::auditor).root == tree_hash(leaves));
    CHECK(test::status_of([&] { (void)f.audit().root(test::auditor, 38); }) == Status::ERR_INVALID_ARGUMENT);
    CHECK(test::status_of([&] { (void)f.audit().root(test::auditor, -1); }) == Status::ERR_INVALID_ARGUMENT);
}

TEST_CASE("a personal value is gone with its person's key, and the tree stays as it was") {
    Fixture f;
    const auto person = f.person();
    auto event = f.event(1);
    event.personal = {{person, "job_name", "letter to my doctor"}};
    f.record(event);
    REQUIRE(f.events().at(0).personal.size() == 1);
    CHECK(f.events()[0].personal[0].text == "letter to my doctor");
    const auto head = f.audit().head(test::auditor);
    CHECK(f.events()[0].personal[0].text == "letter to my doctor");

    storage::Transaction transaction(f.vault->main());
    f.vault->leaf_keys().destroy(transaction, person);
    transaction.commit();
    CHECK(f.events()[0].personal[0].field == "job_name");
    CHECK_FALSE(f.events()[0].personal[0].text.has_value());
    CHECK(f.audit().head(test::auditor).root == head.root);
    CHECK(f.audit().root(test::auditor, 1) == head.root);
}

TEST_CASE("a sealed value exchanged for another's is noticed") {
    Fixture f;
    auto event = f.event(1);
    event.personal = {{f.person(), "job_name", "one"}};
    f.record(event);
    event.personal[0].text = "two";
    f.record(event);
    f.vault->main().run(
        "UPDATE audit_outbox SET personal = (SELECT personal FROM audit_outbox WHERE sequence = 2) WHERE "
        "sequence = 1");
    CHECK(test::status_of([&] { (void)f.events(); }) == Status::ERR_CORRUPT);
}

TEST_CASE("the canonical form is that of docs/formats/audit-event.md") {
    CanonicalEvent event;
    event.sequence = 7;
    event.time = from_milliseconds(1'800'000'000'000);
    event.action = Action::job_released;
    event.actor = {ActorKind::user, {1, 2, 3}};
    event.object = JobId(9);
    event.changes = {{"copies", "1", "2"}};
    event.personal = {{LeafId(4), "n", {0xAA}}};
    const auto encoded = encode_event(event);
    CHECK(to_hex(encoded) ==
          "01"
          "0000000000000007"
          "000001a3185c5000"
          "0385"
          "02"
          "01020300000000000000000000000000"
          "09"
          "0000000000000009"
          "00"
          "0001"
          "00000006636f70696573"
          "0000000131"
          "0000000132"
          "0001"
          "0000000000000004"
          "000000016e"
          "aa00000000000000000000000000000000000000000000000000000000000000");
    CHECK(encode_event(decode_event(encoded)) == encoded);
    auto newer = encoded;
    newer[0] = 2;
    CHECK(test::status_of([&] { (void)decode_event(newer); }) == Status::ERR_NEWER_VERSION);
    for (std::size_t size = 0; size < encoded.size(); ++size) {
        CHECK(test::status_of([&] { (void)decode_event(ByteView(encoded).first(size)); }) ==
              Status::ERR_CORRUPT);
    }
}
