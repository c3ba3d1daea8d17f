#include "access/rights/authority.hpp"

#include <doctest/doctest.h>

#include "access/fixture.hpp"

using namespace myqsec;
using namespace myqsec::access;
using test::status_of;

namespace {

struct AuthorityFixture : test::AccessFixture {
    UserId bob = add_user("bob");
    Grant to(UserId user) {
        Grant grant;
        grant.user = user;
        return grant;
    }
    UserFields named(const std::string& name) {
        UserFields fields;
        fields.user_name = name;
        return fields;
    }
};

}  // namespace

TEST_CASE("a right that nobody granted is refused, says which, and is audited") {
    AuthorityFixture f;
    const auto ada = f.log_in(f.ada);
    CHECK_THROWS_WITH_AS(f.access.users.create(ada, f.named("eve")), "this needs the right user.manage",
                         Error);
    const auto last = f.events().back();
    CHECK(last.action == audit::Action::session_denied);
    CHECK(last.result == audit::Result::denied);
    CHECK(last.actor == f.access.users.actor(f.ada));
    CHECK(last.changes.at(0).new_value == "user.manage");
    CHECK_FALSE(f.access.authority.may(ada, Right::user_manage));
    CHECK(f.access.authority.may(ada, Right::job_submit));
}

TEST_CASE("the host may drive logins, tick, submit for others and keep what is its own, and nothing else") {
    AuthorityFixture f;
    const std::string expected =
        "job.submit.for-others instance.tick session.host host.event.record host.secret.read "
        "host.secret.change host.setting.read host.setting.change notification.read notification.manage "
        "health.read";
    CHECK(f.access.authority.rights(f.system).names() == expected);
    for (const auto& one : all_rights())
        CHECK(f.access.authority.may(f.system, one.right) == RightSet::parse(expected).has(one.right));
}

TEST_CASE("a session ends when idle, at its maximum, by logout, and with its user") {
    AuthorityFixture f;
    auto ada = f.log_in(f.ada);
    const auto use = [&] { return status_of([&] { f.access.authority.authorise(ada, Right::job_submit); }); };
    f.clock.advance(std::chrono::minutes(14));
    CHECK(use() == Status::OK);
    f.clock.advance(std::chrono::minutes(15));
    CHECK(use() == Status::ERR_SESSION_ENDED);
    CHECK(f.access.sessions.expire(f.clock.now()).size() == 2);  // the administrator's too

    ada = f.log_in(f.ada);
    for (int i = 0; i < 47; ++i) {
        f.clock.advance(std::chrono::minutes(10));
        CHECK(use() == Status::OK);
    }
    f.clock.advance(std::chrono::minutes(10));
    CHECK(use() == Status::ERR_SESSION_ENDED);

    ada = f.log_in(f.ada);
    CHECK(f.access.sessions.end(ada.session, EndReason::logout));
    CHECK_FALSE(f.access.sessions.end(ada.session, EndReason::logout));
    CHECK(use() == Status::ERR_SESSION_ENDED);
    CHECK(f.events().back().action == audit::Action::session_logout);
    CHECK(f.events().back().changes.at(0).new_value == "logout");

    ada = f.log_in(f.ada);
    f.root = f.log_in(f.administrator);
    UserFields disabled;
    disabled.state = UserState::disabled;
    f.access.users.change(f.root, f.ada, disabled);
    CHECK(use() == Status::ERR_SESSION_ENDED);
}

TEST_CASE("a session at a device cannot administer, whoever it is") {
    AuthorityFixture f;
    const auto at_device = f.log_in_at(f.administrator, DeviceId(3));
    CHECK(f.access.authority.may(at_device, Right::job_release_own));
    CHECK(status_of([&] { f.access.users.create(at_device, f.named("eve")); }) == Status::ERR_ACCESS_DENIED);
    CHECK(status_of([&] { f.access.credentials.generate_pin(at_device, f.administrator); }) ==
          Status::ERR_ACCESS_DENIED);
}

TEST_CASE("a role works through nested groups, and stops with the membership") {
    AuthorityFixture f;
    const auto site = f.access.groups.create(f.root, "site");
    const auto office = f.access.groups.create(f.root, "office", site);
    f.access.groups.add(f.root, office, f.ada);
    Grant grant;
    grant.group = site;
    f.access.roles.give(f.root, "auditor", grant);
    const auto ada = f.log_in(f.ada);
    CHECK(f.access.authority.may(ada, Right::audit_read));
    CHECK(f.access.groups.groups_of(f.ada).size() == 2);
    f.access.groups.remove_member(f.root, office, f.ada);
    CHECK_FALSE(f.access.authority.may(ada, Right::audit_read));
}

TEST_CASE("a grant limited to a group or queue counts only there") {
    AuthorityFixture f;
    const auto sales = f.access.groups.create(f.root, "sales");
    f.access.groups.add(f.root, sales, f.bob);
    auto grant = f.to(f.ada);
    grant.scope_group = sales;
    f.access.roles.give(f.root, "user-administrator", grant);
    const auto ada = f.log_in(f.ada);
    CHECK(f.access.users.list(ada).size() == 1);
    CHECK(f.access.users.get(ada, f.bob).user_name == "bob");
    CHECK(status_of([&] { (void)f.access.users.get(ada, f.administrator); }) == Status::ERR_ACCESS_DENIED);
    CHECK(status_of([&] { f.access.users.create(ada, f.named("eve")); }) == Status::ERR_ACCESS_DENIED);

    f.access.roles.know_queues([](QueueId queue) { return queue == QueueId(5); });
    grant = f.to(f.bob);
    grant.scope_queue = QueueId(5);
    f.access.roles.give(f.root, "queue-administrator", grant);
    const auto bob = f.log_in(f.bob);
    CHECK(f.access.authority.may(bob, Right::job_release_all, {{}, QueueId(5), {}}));
    CHECK_FALSE(f.access.authority.may(bob, Right::job_release_all, {{}, QueueId(6), {}}));
    CHECK_FALSE(f.access.authority.may(bob, Right::job_release_all));
}

TEST_CASE("nobody grants what they lack: not by role, not by group, not through another's account") {
    AuthorityFixture f;
    f.access.roles.create(
        f.root, "staff",
        {Right::role_manage, Right::group_manage, Right::user_manage, Right::credential_manage});
    f.access.roles.give(f.root, "staff", f.to(f.ada));
    const auto ada = f.log_in(f.ada);
    const auto denied = [&](auto&& call) { CHECK(status_of(call) == Status::ERR_ACCESS_DENIED); };

    denied([&] { f.access.roles.give(ada, "administrator", f.to(f.ada)); });
    denied([&] { f.access.roles.create(ada, "spy", {Right::audit_read}); });
    const auto admins = f.access.groups.create(f.root, "admins");
    Grant to_admins;
    to_admins.group = admins;
    f.access.roles.give(f.root, "administrator", to_admins);
    denied([&] { f.access.groups.add(ada, admins, f.ada); });
    const auto mine = f.access.groups.create(ada, "mine");
    f.access.groups.add(ada, mine, f.ada);
    denied([&] { f.access.groups.change(ada, mine, std::nullopt, admins); });
    denied([&] {
        f.access.credentials.set_password(ada, f.administrator, std::nullopt, "a perfectly new one");
    });
    denied([&] { f.access.credentials.generate_pin(ada, f.administrator); });
    denied([&] { f.access.credentials.add_card(ada, f.administrator, "CAFECAFE", "", std::nullopt); });
    denied([&] { f.access.users.remove(ada, f.administrator); });
    CHECK(f.access.credentials.generate_pin(ada, f.bob).size() == 6);
}

TEST_CASE("the last administrator stays, whatever way one tries") {
    AuthorityFixture f;
    const auto refused = [&](auto&& call) { CHECK(status_of(call) == Status::ERR_NOT_POSSIBLE); };
    UserFields disabled;
    disabled.state = UserState::disabled;
    refused([&] { f.access.users.remove(f.root, f.administrator); });
    refused([&] { f.access.users.change(f.root, f.administrator, disabled); });
    refused([&] { f.access.roles.take(f.root, "administrator", f.to(f.administrator)); });
    CHECK(f.access.users.get(f.root, f.administrator).state == UserState::active);

    const auto admins = f.access.groups.create(f.root, "admins");
    Grant to_admins;
    to_admins.group = admins;
    f.access.roles.give(f.root, "administrator", to_admins);
    f.access.groups.add(f.root, admins, f.ada);
    f.access.roles.take(f.root, "administrator", f.to(f.administrator));
    f.root = f.log_in(f.ada);
    refused([&] { f.access.groups.remove(f.root, admins); });
    refused([&] { f.access.groups.remove_member(f.root, admins, f.ada); });
    CHECK(status_of([&] { f.access.users.create_first_administrator(f.system, f.named("x")); }) ==
          Status::ERR_EXISTS);
}

TEST_CASE("a first administrator whose password nobody has used is replaced, and no other") {
    struct : test::InstanceFixture {
        Authorised auditor() override { fail(Status::ERR_INTERNAL, "nobody reads the log here"); }
    } f;
    access::Access access(*f.vault, f.audit(), f.settings());
    const auto system = access::Principal::system();
    access::UserFields fields;
    fields.user_name = "root";
    const auto lost = access.users.create_first_administrator(system, fields);
    fields.user_name = "admin";
    const auto seen = access.users.create_first_administrator(system, fields);
    const auto log_in = [&](std::string_view name, std::string_view password) {
        access::LoginAttempt attempt;
        attempt.user_name = name;
        attempt.password = password;
        return access.login.authenticate(system, attempt, access::all_methods);
    };
    CHECK(status_of([&] { log_in("root", lost.password); }) == Status::ERR_AUTHENTICATION);
    CHECK(status_of([&] { log_in("admin", lost.password); }) == Status::ERR_AUTHENTICATION);
    CHECK(log_in("admin", seen.password) == seen.user);
    CHECK(status_of([&] { access.users.create_first_administrator(system, fields); }) == Status::ERR_EXISTS);
}

TEST_CASE("a first administrator is not replaced once there is another user") {
    test::AccessFixture f;  // whose administrator never logged in with the password
    access::UserFields fields;
    fields.user_name = "other";
    CHECK(status_of([&] { f.access.users.create_first_administrator(f.system, fields); }) ==
          Status::ERR_EXISTS);
}

TEST_CASE("groups form no circle, and built-in roles stay") {
    AuthorityFixture f;
    const auto outer = f.access.groups.create(f.root, "outer");
    const auto inner = f.access.groups.create(f.root, "inner", outer);
    CHECK(status_of([&] { f.access.groups.change(f.root, outer, std::nullopt, inner); }) ==
          Status::ERR_NOT_POSSIBLE);
    CHECK(status_of([&] { f.access.groups.remove(f.root, outer); }) == Status::ERR_NOT_POSSIBLE);
    CHECK(status_of([&] { f.access.groups.create(f.root, "inner"); }) == Status::ERR_EXISTS);
    CHECK(status_of([&] { f.access.roles.remove(f.root, administrator_role); }) == Status::ERR_NOT_POSSIBLE);
    CHECK(status_of([&] { f.access.roles.create(f.root, "auditor", {}); }) == Status::ERR_EXISTS);
    CHECK(status_of([&] { f.access.roles.give(f.root, "host", f.to(f.ada)); }) == Status::ERR_NOT_POSSIBLE);
    CHECK(f.access.roles.create(f.root, "custom", {Right::settings_read_jobs}).value >= 1000);
}
