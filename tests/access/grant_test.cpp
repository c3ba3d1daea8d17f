// Grants with an end and with two scopes, and what they explain.
#include <doctest/doctest.h>

#include "access/fixture.hpp"
#include "audit/event/event_text.hpp"

using namespace myqsec;
using namespace myqsec::access;
using test::status_of;

namespace {

/// "bob" has what each test gives him; "ada" is in "inner", which lies in "outer".
struct GrantFixture : test::AccessFixture {
    GrantFixture() {
        access.roles.know_queues([](QueueId queue) { return queue.value <= 3; });
        access.roles.create(root, "exporter", {Right::job_export, Right::user_manage});
        outer = access.groups.create(root, "outer");
        inner = access.groups.create(root, "inner", outer);
        access.groups.add(root, inner, ada);
    }
    Grant to_bob(GroupId over = {}, QueueId in = {}, std::optional<Instant> until = {}) const {
        return {.user = bob, .group = {}, .scope_group = over, .scope_queue = in, .until = until};
    }
    void give(const Grant& grant) { access.roles.give(root, "exporter", grant); }
    bool bob_may(Right right, const Target& target = {}) {
        return access.authority.may(log_in(bob), right, target);
    }
    Target ada_in(std::int64_t queue) const { return {ada, QueueId(queue), {}}; }
    std::string only_reason(Right right, const Target& target) {
        const auto why = access.roles.explain(root, bob, right, target);
        REQUIRE(why.paths.size() == 1);
        CHECK(why.paths[0].applies == why.allowed);
        return (why.allowed ? "yes: " : "no: ") + why.paths[0].reason;
    }

    UserId bob = add_user("bob");
    GroupId outer, inner;
};

}  // namespace

TEST_CASE("a grant with both scopes is over what the group's people have in the queue, and nothing else") {
    GrantFixture f;
    f.give(f.to_bob(f.outer, QueueId(2)));
    CHECK(f.bob_may(Right::job_export, f.ada_in(2)));
    CHECK_FALSE(f.bob_may(Right::job_export, f.ada_in(3)));
    CHECK_FALSE(f.bob_may(Right::job_export, {f.bob, QueueId(2), {}}));
    CHECK_FALSE(f.bob_may(Right::job_export, {f.ada, {}, {}}));
    CHECK_FALSE(f.bob_may(Right::job_export, {{}, QueueId(2), {}}));
    // What lies in no queue it gives over nobody.
    CHECK_FALSE(f.bob_may(Right::user_manage, {f.ada, {}, {}}));
    CHECK(f.access.authority.reach(f.log_in(f.bob), Right::user_manage).nowhere());
    CHECK(status_of([&] { (void)f.access.users.list(f.log_in(f.bob)); }) == Status::ERR_ACCESS_DENIED);
    f.access.roles.create(f.root, "people", {Right::user_manage});
    CHECK(status_of([&] { f.access.roles.give(f.root, "people", f.to_bob(f.outer, QueueId(2))); }) ==
          Status::ERR_INVALID_ARGUMENT);
}

TEST_CASE("a grant ends at its instant by itself: the right at once, the sessions with the next tick") {
    GrantFixture f;
    const auto end = f.clock.now() + std::chrono::minutes(10);
    f.give(f.to_bob({}, {}, end));
    const auto bob = f.log_in(f.bob);
    CHECK(f.access.authority.may(bob, Right::job_export));
    CHECK(f.access.roles.end_over() == end);
    f.clock.advance(std::chrono::minutes(9));
    CHECK(f.access.authority.may(bob, Right::job_export));
    f.clock.advance(std::chrono::minutes(1));
    CHECK_FALSE(f.access.authority.may(bob, Right::job_export));
    CHECK(f.access.authority.rights_of(f.bob) == user_rights());
    CHECK(f.access.roles.end_over() == Instant::max());
    CHECK_FALSE(f.access.sessions.alive(bob));
    CHECK(f.access.roles.grants(f.root).size() == 1);  // the administrator's
    bool revoked = false;
    for (const auto& event : f.events()) {
        revoked = revoked || (event.action == audit::Action::role_revoked &&
                              event.actor == audit::Actor::system() && event.object == audit::Object(f.bob));
    }
    CHECK(revoked);
}

TEST_CASE("the same grant with another end replaces the end, audited, and the same again is no event") {
    GrantFixture f;
    const auto end = f.clock.now() + std::chrono::minutes(10);
    const auto granted = [&] {
        return std::ranges::count_if(
            f.events(), [](const auto& event) { return event.action == audit::Action::role_granted; });
    };
    f.give(f.to_bob({}, {}, end));
    const auto once = granted();
    f.give(f.to_bob({}, {}, end));
    CHECK(granted() == once);
    f.give(f.to_bob());
    CHECK(granted() == once + 1);
    CHECK(f.events().back().changes.back() == audit::Change{"until", audit::rfc3339(end), ""});
    f.clock.advance(std::chrono::minutes(12));
    CHECK(f.bob_may(Right::job_export));
    f.access.roles.take(f.root, "exporter", f.to_bob());
    CHECK_FALSE(f.bob_may(Right::job_export));

    CHECK(status_of([&] { f.give(f.to_bob({}, {}, f.clock.now())); }) == Status::ERR_INVALID_ARGUMENT);
    CHECK(status_of([&] { f.give(f.to_bob({}, {}, Instant(Duration(INT64_MAX)))); }) ==
          Status::ERR_INVALID_ARGUMENT);
}

TEST_CASE("an administrator whose grant ends is not the last one that must be left") {
    GrantFixture f;
    const auto end = f.clock.now() + std::chrono::minutes(10);
    Grant own = f.to_bob({}, {}, end);
    own.user = f.administrator;
    CHECK(status_of([&] { f.access.roles.give(f.root, "administrator", own); }) == Status::ERR_NOT_POSSIBLE);
    f.access.roles.give(f.root, "administrator", f.to_bob({}, {}, end));
    Grant whole = f.to_bob();
    whole.user = f.administrator;
    CHECK(status_of([&] { f.access.roles.take(f.root, "administrator", whole); }) ==
          Status::ERR_NOT_POSSIBLE);
    f.access.roles.give(f.root, "administrator", f.to_bob());
    f.access.roles.give(f.root, "administrator", own);  // now there is another one
}

TEST_CASE("a right is explained by each way to it, and why one does not lead there") {
    GrantFixture f;
    const auto end = f.clock.now() + std::chrono::minutes(10);
    f.give(f.to_bob(f.inner, QueueId(2), end));
    CHECK(f.only_reason(Right::job_export, f.ada_in(2)) == "yes: given to the user");
    CHECK(f.only_reason(Right::job_export, f.ada_in(1)) == "no: given to the user, only in queue 2");
    CHECK(f.only_reason(Right::job_export, {{}, QueueId(2), {}}) ==
          fmt::format("no: given to the user, only over users of group {}", f.inner.value));
    CHECK(f.only_reason(Right::job_export, {f.bob, QueueId(2), {}}) ==
          fmt::format("no: given to the user, only over users of group {}, in which user {} is not",
                      f.inner.value, f.bob.value));
    f.clock.advance(std::chrono::minutes(10));
    CHECK(f.only_reason(Right::job_export, f.ada_in(2)) ==
          "no: given to the user, over since " + audit::rfc3339(end));
    CHECK(f.only_reason(Right::job_submit, {}) == "yes: everybody has it");
    CHECK(f.access.roles.explain(f.root, f.bob, Right::key_manage, {}).paths.empty());

    // What it says is what is decided, for everybody and each right.
    Grant through_group{.user = {}, .group = f.outer, .scope_group = {}, .scope_queue = QueueId(1)};
    f.give(through_group);
    for (const auto user : {f.bob, f.ada, f.administrator}) {
        const auto session = f.log_in(user);
        for (const auto& right : all_rights()) {
            for (const auto& target : {Target{}, f.ada_in(1), f.ada_in(2), Target{f.bob, QueueId(1), {}}}) {
                CHECK(f.access.roles.explain(f.root, user, right.right, target).allowed ==
                      f.access.authority.may(session, right.right, target));
                const auto who = f.access.roles.holders_of(f.root, right.right, target);
                CHECK((std::ranges::count(who, user) == 1) ==
                      f.access.authority.may(session, right.right, target));
            }
        }
    }
    UserFields disabled;
    disabled.state = UserState::disabled;
    f.access.users.change(f.root, f.ada, disabled);
    const auto why = f.access.roles.explain(f.root, f.ada, Right::job_export, {{}, QueueId(1), {}});
    CHECK_FALSE(why.allowed);
    CHECK(why.paths.at(0).reason == fmt::format("through group {}; the user is disabled", f.outer.value));
    CHECK(f.access.roles.holders_of(f.root, Right::job_submit, {}).size() == 2);
}

TEST_CASE("one's own rights are explained to oneself, and others' to who manages roles") {
    GrantFixture f;
    const auto bob = f.log_in(f.bob);
    CHECK(f.access.roles.explain(bob, f.bob, Right::job_submit, {}).allowed);
    CHECK(status_of([&] { (void)f.access.roles.explain(bob, f.ada, Right::job_submit, {}); }) ==
          Status::ERR_ACCESS_DENIED);
    CHECK(status_of([&] { (void)f.access.roles.holders_of(bob, Right::job_submit, {}); }) ==
          Status::ERR_ACCESS_DENIED);
    CHECK(status_of([&] { (void)f.access.roles.explain(f.root, UserId(99), Right::job_submit, {}); }) ==
          Status::ERR_NOT_FOUND);
}
