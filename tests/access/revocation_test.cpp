// Sessions end with what their person showed to get them, and with what they were for.
#include <doctest/doctest.h>

#include "access/fixture.hpp"

using namespace myqsec;
using namespace myqsec::access;
using test::status_of;

namespace {

struct RevocationFixture : test::AccessFixture {
    RevocationFixture() {
        access.sessions.when_revoked(
            [this](const Session& session) { revoked.push_back(session.principal.session); });
    }
    Grant to(UserId user) {
        Grant grant;
        grant.user = user;
        return grant;
    }
    /// Whether `change` ends ada's sessions, away from devices and at one, and says so.
    bool ends_sessions(const std::function<void()>& change) {
        const auto away = log_in(ada);
        const auto at_device = log_in_at(ada, DeviceId(3));
        const auto logouts = count(audit::Action::session_logout);
        revoked.clear();
        change();
        const bool ended = status_of([&] { access.sessions.touch(away); }) == Status::ERR_SESSION_ENDED &&
                           status_of([&] { access.sessions.touch(at_device); }) == Status::ERR_SESSION_ENDED;
        CHECK(access.sessions.alive(root));
        CHECK(revoked.size() == (ended ? 2 : 0));
        CHECK(count(audit::Action::session_logout) == logouts + (ended ? 2 : 0));
        access.sessions.end(away.session, EndReason::logout);
        access.sessions.end(at_device.session, EndReason::logout);
        return ended;
    }

    std::vector<SessionId> revoked;
};

}  // namespace

TEST_CASE("a person's sessions end when a credential is replaced or taken, not when one is added") {
    RevocationFixture f;
    auto& credentials = f.access.credentials;
    CHECK(f.ends_sessions(
        [&] { credentials.set_password(f.root, f.ada, std::nullopt, "seven purple giraffes"); }));
    CHECK(f.ends_sessions([&] { credentials.generate_pin(f.root, f.ada); }));
    CHECK(f.ends_sessions([&] { credentials.set_pin(f.root, f.ada, std::nullopt, "739164"); }));
    CHECK(f.ends_sessions([&] { credentials.remove_pin(f.root, f.ada); }));
    CHECK_FALSE(f.ends_sessions([&] { credentials.generate_pin(f.root, f.ada); }));
    CHECK_FALSE(f.ends_sessions([&] { credentials.add_card(f.root, f.ada, "CAFECAFE", "", std::nullopt); }));
    CHECK(f.ends_sessions([&] { credentials.remove_card(f.root, f.ada_card); }));
}

TEST_CASE("a person's sessions end when they are disabled, and stay ended when they are enabled again") {
    RevocationFixture f;
    const auto set = [&](UserState state) {
        UserFields fields;
        fields.state = state;
        f.access.users.change(f.root, f.ada, fields);
    };
    CHECK(f.ends_sessions([&] {
        set(UserState::disabled);
        set(UserState::active);
    }));
    CHECK_FALSE(f.ends_sessions([&] { set(UserState::active); }));
    const auto ada = f.log_in(f.ada);
    f.access.users.remove(f.root, f.ada);
    CHECK_FALSE(f.access.sessions.get(ada.session));
}

TEST_CASE(
    "a person's sessions end when a right is taken, in whatever way, and not with a group that held none") {
    RevocationFixture f;
    auto& groups = f.access.groups;
    auto& roles = f.access.roles;
    const auto office = groups.create(f.root, "office");
    const auto role = roles.create(f.root, "reader", {Right::audit_read});
    Grant to_office;
    to_office.group = office;
    roles.give(f.root, "reader", f.to(f.ada));
    CHECK(f.ends_sessions([&] { roles.take(f.root, "reader", f.to(f.ada)); }));
    groups.add(f.root, office, f.ada);
    CHECK_FALSE(f.ends_sessions([&] { groups.remove_member(f.root, office, f.ada); }));
    groups.add(f.root, office, f.ada);
    roles.give(f.root, "reader", to_office);
    CHECK(f.ends_sessions([&] { roles.take(f.root, "reader", to_office); }));
    roles.give(f.root, "reader", to_office);
    CHECK(f.ends_sessions([&] { groups.remove_member(f.root, office, f.ada); }));

    const auto desk = groups.create(f.root, "desk", office);
    groups.add(f.root, desk, f.ada);
    CHECK(f.ends_sessions([&] { groups.change(f.root, desk, std::nullopt, GroupId()); }));
    groups.change(f.root, desk, std::nullopt, office);
    CHECK(f.ends_sessions([&] { roles.remove(f.root, role); }));
    roles.give(f.root, "auditor", to_office);
    groups.change(f.root, desk, std::nullopt, GroupId());
    groups.add(f.root, office, f.ada);
    CHECK(f.ends_sessions([&] { groups.remove(f.root, office); }));
}

TEST_CASE("whoever changes their own password or PIN shows the current one, and keeps that session alone") {
    RevocationFixture f;
    const auto here = f.log_in(f.ada);
    const auto there = f.log_in(f.ada);
    auto& credentials = f.access.credentials;
    CHECK(status_of([&] { credentials.generate_pin(here, f.ada); }) == Status::ERR_AUTHENTICATION);
    CHECK(status_of([&] { credentials.set_pin(here, f.ada, "wrong", "739164"); }) ==
          Status::ERR_AUTHENTICATION);
    CHECK(status_of([&] { credentials.remove_pin(here, f.ada); }) == Status::ERR_AUTHENTICATION);
    CHECK(f.access.sessions.alive(there));
    credentials.set_pin(here, f.ada, test::ada_password, "739164");
    CHECK(f.access.sessions.alive(here));
    CHECK_FALSE(f.access.sessions.alive(there));
    credentials.set_password(here, f.ada, test::ada_password, "seven purple giraffes");
    CHECK(f.access.sessions.alive(here));
}

TEST_CASE("a login that began before a credential was replaced does not become a session after it") {
    RevocationFixture f;
    const auto since = f.access.sessions.mark();
    f.access.credentials.set_password(f.root, f.ada, std::nullopt, "seven purple giraffes");
    const auto logins = f.count(audit::Action::session_login);
    CHECK(status_of([&] { f.access.sessions.open_user_session(f.host_proof(), f.ada, since); }) ==
          Status::ERR_AUTHENTICATION);
    CHECK(f.count(audit::Action::session_login) == logins);
    CHECK(f.access.sessions.alive(
        f.access.sessions.open_user_session(f.host_proof(), f.ada, f.access.sessions.mark())));
}

TEST_CASE("a change that fails to commit ends no session") {
    RevocationFixture f;
    const auto ada = f.log_in(f.ada);
    {
        storage::Transaction transaction(f.vault->main());
        const auto revocation = f.access.sessions.revoke(transaction, {f.ada});
        CHECK_FALSE(f.access.sessions.alive(ada));
    }
    CHECK(f.access.sessions.alive(ada));
    CHECK(f.revoked.empty());
}
