#include <doctest/doctest.h>

#include "audit/log_fixture.hpp"

using namespace myqsec;
using namespace myqsec::audit;

namespace {

constexpr auto year = std::chrono::hours(24 * 365);

struct OldLog : test::LogFixture {
    OldLog() { audit().recover(); }
    void pass_a_year() { clock.advance(year + std::chrono::hours(1)); }
};

}  // namespace

TEST_CASE("old events go in whole segments, young ones stay") {
    OldLog f;
    f.record(600);
    f.pass_a_year();
    f.record(10);
    f.audit().prune(test::ticker, year);
    CHECK(f.first() == 513);
    const auto events = f.events();
    CHECK(events.front().sequence == 513);
    CHECK(events.back().action == Action::audit_pruned);
    f.audit().prune(test::ticker, year);
    CHECK(f.count(Action::audit_pruned) == 1);
}

TEST_CASE(
    "what is left after pruning verifies, and stays consistent with every checkpoint that was handed out") {
    OldLog f;
    std::vector<Checkpoint> known;
    for (int i = 0; i < 12; ++i) {
        f.record(70 + i);
        known.push_back(f.audit().checkpoint(test::auditor).checkpoint);
        f.record(41);
        if (i % 3 == 0) f.audit().rotate_key(test::key_manager);
    }
    f.pass_a_year();
    f.record(300);
    f.audit().prune(test::ticker, year);
    REQUIRE(f.first() > 1000);
    for (const auto& each : known) {
        const auto head = f.audit().head(test::auditor);
        const auto proof = f.audit().consistency(test::auditor, each.size, head.size);
        CHECK(verify_consistency(proof, static_cast<std::uint64_t>(each.size), each.root,
                                 static_cast<std::uint64_t>(head.size), head.root));
        CHECK(f.audit().root(test::auditor, each.size) == each.root);
    }
    CHECK(test::status_of([&] { (void)f.audit().root(test::auditor, 300); }) == Status::ERR_NOT_POSSIBLE);

    const auto bundle = f.bundle();
    const auto verdict = f.verify(bundle, known);
    CHECK_MESSAGE(verdict.valid, verdict.wrong_event, verdict.reason);
    CHECK(verdict.first == f.first());
    CHECK(verdict.epoch == 5);
    auto other = known[3];
    other.root[0] ^= 1;
    const auto forked = f.verify(bundle, {known[2], other, known[5]});
    CHECK_FALSE(forked.valid);
    CHECK(forked.wrong_event == known[2].size + 1);
}

TEST_CASE("pruning again and again ends with a bundle that verifies") {
    OldLog f;
    for (int i = 0; i < 4; ++i) {
        f.record(333);
        f.pass_a_year();
        f.audit().prune(test::ticker, year);
        const auto verdict = f.verify(f.bundle());
        CHECK_MESSAGE(verdict.valid, verdict.wrong_event, verdict.reason);
        CHECK(verdict.first == f.first());
    }
    CHECK(f.first() > 1024);
}
