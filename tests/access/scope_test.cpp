// Nobody widens what a limited role reaches, nor takes others' grants by deleting what they hang on.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "access/fixture.hpp"

using namespace myqsec;
using namespace myqsec::access;
using test::status_of;

namespace {

/// "bob" reads the jobs of the group "sales" and sets its people's credentials; "cleo" manages groups, and is
/// in none of them.
struct ScopeFixture : test::AccessFixture {
    ScopeFixture() {
        access.roles.create(root, "over-sales", {Right::job_export, Right::credential_manage});
        access.roles.create(root, "groups-only", {Right::group_manage});
        access.roles.create(root, "roles-only", {Right::role_manage, Right::group_manage});
        sales = access.groups.create(root, "sales");
        auto grant = to(bob);
        grant.scope_group = sales;
        access.roles.give(root, "over-sales", grant);
        access.roles.give(root, "groups-only", to(cleo));
    }
    static Grant to(UserId user) {
        Grant grant;
        grant.user = user;
        return grant;
    }
    Principal as_cleo() { return log_in(cleo); }
    std::size_t grants() { return access.roles.grants(root).size(); }

    UserId bob = add_user("bob");
    UserId cleo = add_user("cleo");
    GroupId sales;
};

void check_denied(const std::function<void()>& call) {
    CHECK(status_of(call) == Status::ERR_ACCESS_DENIED);
}

}  // namespace

TEST_CASE("nobody is put within reach of a role by whoever lacks its rights over them") {
    ScopeFixture f;
    const auto cleo = f.as_cleo();
    check_denied([&] { f.access.groups.add(cleo, f.sales, f.ada); });
    check_denied([&] { f.access.groups.add(cleo, f.sales, f.administrator); });
    CHECK(f.events().back().action == audit::Action::session_denied);
    const auto inner = f.access.groups.create(f.root, "inside sales", f.sales);
    check_denied([&] { f.access.groups.add(cleo, inner, f.ada); });
    CHECK_FALSE(f.access.authority.may(f.log_in(f.bob), Right::job_export, {f.ada, {}, {}}));
    f.access.groups.add(f.root, f.sales, f.ada);
    CHECK(f.access.authority.may(f.log_in(f.bob), Right::job_export, {f.ada, {}, {}}));
    check_denied([&] { f.access.groups.remove_member(cleo, f.sales, f.ada); });
}

TEST_CASE("whoever holds a limited role does not widen it, but may group the people that it covers") {
    ScopeFixture f;
    f.access.groups.add(f.root, f.sales, f.ada);
    f.access.roles.give(f.root, "groups-only", f.to(f.bob));
    const auto bob = f.log_in(f.bob);
    check_denied([&] { f.access.groups.add(bob, f.sales, f.cleo); });
    check_denied([&] { f.access.groups.add(bob, f.sales, f.bob); });
    const auto team = f.access.groups.create(bob, "team", f.sales);
    f.access.groups.add(bob, team, f.ada);
    f.access.credentials.set_password(bob, f.ada, std::nullopt, "another pony fuel cell");
    check_denied(
        [&] { f.access.credentials.set_password(bob, f.cleo, std::nullopt, "another pony fuel cell"); });
}

TEST_CASE("a group with people in it enters and leaves the reach of a role as its people would") {
    ScopeFixture f;
    const auto cleo = f.as_cleo();
    const auto office = f.access.groups.create(cleo, "office");
    const auto desk = f.access.groups.create(cleo, "desk", office);
    f.access.groups.add(cleo, desk, f.ada);
    check_denied([&] { f.access.groups.change(cleo, office, std::nullopt, f.sales); });
    f.access.groups.change(f.root, office, std::nullopt, f.sales);
    check_denied([&] { f.access.groups.change(cleo, office, std::nullopt, GroupId()); });
    f.access.groups.change(f.root, office, std::nullopt, GroupId());
    f.access.groups.change(cleo, office, "front office", std::nullopt);
}

TEST_CASE("an empty group does not enter the reach of a role by whoever lacks its rights over the group") {
    ScopeFixture f;
    f.access.roles.give(f.root, "groups-only", f.to(f.bob));
    const auto newcomers = f.access.groups.create(f.root, "newcomers");
    const auto bob = f.log_in(f.bob);
    check_denied([&] { f.access.groups.change(bob, newcomers, std::nullopt, f.sales); });
    f.access.groups.change(f.root, newcomers, std::nullopt, f.sales);
    check_denied([&] { f.access.groups.change(f.as_cleo(), newcomers, std::nullopt, GroupId()); });
    // Within what the role is over its holder puts things in order.
    const auto team = f.access.groups.create(bob, "team", f.sales);
    f.access.groups.change(bob, newcomers, std::nullopt, team);
}

TEST_CASE("a group that holds rights is renamed, and given groups inside, only by whoever holds them too") {
    ScopeFixture f;
    const auto admins = f.access.groups.create(f.root, "admins");
    Grant to_admins;
    to_admins.group = admins;
    f.access.roles.give(f.root, "administrator", to_admins);
    const auto cleo = f.as_cleo();
    check_denied([&] { f.access.groups.change(cleo, admins, "old admins", std::nullopt); });
    check_denied([&] { f.access.groups.create(cleo, "helpers", admins); });
    f.access.groups.change(f.root, admins, "administrators", std::nullopt);
    f.access.groups.create(f.root, "helpers", admins);
}

TEST_CASE(
    "deleting a role or a group takes the grants that hang on it, needs what taking them needs, and says "
    "so") {
    ScopeFixture f;
    f.access.roles.give(f.root, "roles-only", f.to(f.cleo));
    const auto role = f.access.roles.create(f.root, "auditors", {Right::audit_read});
    f.access.roles.give(f.root, "auditors", f.to(f.ada));
    const auto grants = f.grants();
    const auto cleo = f.as_cleo();
    check_denied([&] { f.access.roles.remove(cleo, role); });
    check_denied([&] { f.access.groups.remove(cleo, f.sales); });
    CHECK(f.grants() == grants);
    f.access.roles.remove(f.root, role);
    f.access.groups.remove(f.root, f.sales);
    CHECK(f.grants() == grants - 2);
    CHECK(f.count(audit::Action::role_revoked) == 2);
    const auto plain = f.access.groups.create(cleo, "plain");
    f.access.groups.remove(cleo, plain);
}

TEST_CASE("a role is given only to, over and in what there is") {
    ScopeFixture f;
    const auto refused = [&](const Grant& grant) {
        return status_of([&] { f.access.roles.give(f.root, "auditor", grant); }) == Status::ERR_NOT_FOUND;
    };
    CHECK(refused(f.to(UserId(99))));
    Grant grant;
    grant.group = GroupId(99);
    CHECK(refused(grant));
    grant = f.to(f.ada);
    grant.scope_group = GroupId(99);
    CHECK(refused(grant));
    grant = f.to(f.ada);
    grant.scope_queue = QueueId(99);
    CHECK(refused(grant));
    CHECK(status_of([&] { f.access.roles.give(f.root, "no such role", f.to(f.ada)); }) ==
          Status::ERR_NOT_FOUND);
}

TEST_CASE("a role is not limited to what gives none of its rights a meaning") {
    ScopeFixture f;
    auto over_sales = f.to(f.bob);
    over_sales.scope_group = f.sales;
    for (const auto* const role : {"groups-only", "roles-only", "auditor", "device-administrator"}) {
        CAPTURE(role);
        CHECK(status_of([&] { f.access.roles.give(f.root, role, over_sales); }) ==
              Status::ERR_INVALID_ARGUMENT);
    }
    f.access.roles.give(f.root, "user-administrator", over_sales);  // part of it is better than nothing
    f.access.roles.know_queues([](QueueId) { return true; });
    auto in_queue = f.to(f.bob);
    in_queue.scope_queue = QueueId(1);
    CHECK(status_of([&] { f.access.roles.give(f.root, "user-administrator", in_queue); }) ==
          Status::ERR_INVALID_ARGUMENT);
    f.access.roles.give(f.root, "queue-administrator", in_queue);
}

TEST_CASE("a denial names what is missing: the right, over whom, or that no session at a device has it") {
    ScopeFixture f;
    const auto sentence = [&](const Principal& who, Right right, const Target& target) {
        return test::sentence_of([&] { (void)f.access.authority.authorise(who, right, target); });
    };
    const auto bob = f.log_in(f.bob);
    CHECK(sentence(bob, Right::audit_read, {}) == "this needs the right audit.read");
    CHECK(
        sentence(bob, Right::credential_manage, {f.ada, {}, {}}) ==
        fmt::format(
            "this needs the right credential.manage over user {}, and yours is limited to a group or a queue",
            f.ada.value));
    const auto at_device = f.log_in_at(f.administrator, DeviceId(3));
    CHECK(sentence(at_device, Right::user_manage, {f.ada, {}, {}}) ==
          "this needs the right user.manage, which no session at a device has");
    // Whoever acts on another's account could act as that person.
    f.access.groups.add(f.root, f.sales, f.ada);
    f.access.roles.give(f.root, "queue-administrator", f.to(f.ada));
    const auto giving_a_card = [&] {
        return test::sentence_of(
            [&] { f.access.credentials.add_card(f.log_in(f.bob), f.ada, "04a2241b", "", std::nullopt); });
    };
    CHECK(giving_a_card() == fmt::format("user {} has the right queue.manage, which you lack", f.ada.value));
    f.access.roles.know_queues([](QueueId) { return true; });
    auto in_queue = f.to(f.bob);
    in_queue.scope_queue = QueueId(1);
    f.access.roles.give(f.root, "queue-administrator", in_queue);
    CHECK(giving_a_card() ==
          fmt::format("user {} has the right queue.manage, which you have within a group or a queue only",
                      f.ada.value));
    // Of what one may do for oneself and others for anybody, it is one's own right that one lacks.
    CHECK(test::sentence_of([&] {
              (void)f.access.authority.authorise_for(f.log_in_at(f.ada, DeviceId(3)), f.ada,
                                                     Right::credential_own, Right::credential_manage);
          }) == "this needs the right credential.own, which no session at a device has");
}
