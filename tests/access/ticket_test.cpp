// Sessions without a password here: tickets, and who is vouched for.
#include <algorithm>

#include <doctest/doctest.h>

#include "access/fixture.hpp"

using namespace myqsec;
using namespace myqsec::access;
using test::status_of;

namespace {

struct TicketFixture : test::AccessFixture {
    std::string ticket_of(const Principal& principal, std::string_view source = {}) {
        const auto issued = access.tickets.issue(principal, source);
        return std::string(as_text(issued.token.view()));
    }
    Principal redeem(std::string_view token, std::string_view source = {}) {
        return access.tickets.redeem(system, token, source);
    }
    bool works(std::string_view token, std::string_view source = {}) {
        const auto status = status_of([&] { (void)redeem(token, source); });
        CHECK((status == Status::OK || status == Status::ERR_AUTHENTICATION));
        return status == Status::OK;
    }
    [[nodiscard]] std::vector<std::string> reasons() {
        std::vector<std::string> out;
        for (const auto& event : events()) {
            if (event.action == audit::Action::session_ticket_ended)
                out.push_back(event.changes.front().new_value);
        }
        return out;
    }
    VouchedLogin login(UserId user) {
        return {.user = user, .method = "oidc", .issuer = "https://id.example", .source = {}, .rights = {}};
    }
    /// A session of somebody whose role has these rights.
    Principal with_rights(const std::string& name, RightSet rights) {
        const auto user = add_user(name);
        access.roles.create(root, name, rights);
        Grant grant;
        grant.user = user;
        access.roles.give(root, name, grant);
        return log_in(user);
    }
};

}  // namespace

TEST_CASE("a ticket begins sessions of its person, with no event but those of the ticket itself") {
    TicketFixture f;
    const auto first = f.log_in(f.ada);
    const auto token = f.ticket_of(first);
    CHECK(token.size() == 64);
    CHECK(token != f.ticket_of(first));
    f.access.sessions.end(first.session, EndReason::logout);
    const auto logins = f.count(audit::Action::session_login);
    const auto logouts = f.count(audit::Action::session_logout);
    for (int i = 0; i < 3; ++i) {
        const auto again = f.redeem(token);
        CHECK(again.user == f.ada);
        CHECK(again.session != first.session);
        CHECK(f.access.authority.may(again, Right::job_release_own));
        CHECK(f.access.sessions.end(again.session, EndReason::logout));
        CHECK_FALSE(f.access.sessions.alive(again));
    }
    CHECK(f.count(audit::Action::session_login) == logins);
    CHECK(f.count(audit::Action::session_logout) == logouts);
    CHECK(f.count(audit::Action::session_ticket_issued) == 2);
    f.access.tickets.withdraw(f.system, token);
    CHECK_FALSE(f.works(token));
    const auto all = f.events();
    const auto event =
        std::ranges::find(all, audit::Action::session_ticket_ended, &audit::StoredEvent::action);
    REQUIRE(event != all.end());
    CHECK(event->changes.at(1).new_value == "3");
}

TEST_CASE("a ticket ends with whatever ends its person's sessions, this very session spared or not") {
    TicketFixture f;
    auto& credentials = f.access.credentials;
    const auto ends = [&](auto&& change) {
        const auto session = f.log_in(f.ada);
        const auto token = f.ticket_of(session);
        const auto begun = f.redeem(token);
        change(session);
        return !f.works(token) && !f.access.sessions.alive(begun);
    };
    CHECK(ends([&](const Principal&) {
        credentials.set_password(f.root, f.ada, std::nullopt, "seven purple giraffes");
    }));
    CHECK(ends([&](const Principal& own) {
        credentials.set_password(own, f.ada, "seven purple giraffes", "eight purple giraffes");
        CHECK(f.access.sessions.alive(own));
    }));
    CHECK(ends([&](const Principal&) { credentials.generate_pin(f.root, f.ada); }));
    CHECK(ends([&](const Principal&) { credentials.remove_card(f.root, f.ada_card); }));
    CHECK(ends([&](const Principal&) {
        Grant grant;
        grant.user = f.ada;
        f.access.roles.give(f.root, "auditor", grant);
        f.access.roles.take(f.root, "auditor", grant);
    }));
    CHECK(ends([&](const Principal&) {
        for (const auto state : {UserState::disabled, UserState::active}) {
            UserFields fields;
            fields.state = state;
            f.access.users.change(f.root, f.ada, fields);
        }
    }));
    CHECK(f.reasons() == std::vector<std::string>(6, "revoked"));
    CHECK(ends([&](const Principal&) { f.access.users.remove(f.root, f.ada); }));
}

TEST_CASE("an administrator's recovery ends their tickets") {
    TicketFixture f;
    const auto token = f.ticket_of(f.root);
    const auto code = f.access.recovery.make_code(f.root);
    f.access.recovery.recover(f.system, *test::key_file_root(), "root", code);
    CHECK_FALSE(f.works(token));
    CHECK_FALSE(f.access.sessions.alive(f.root));
}

TEST_CASE("what a guesser locks does not end a ticket, nor keep it from working") {
    TicketFixture f;
    const auto token = f.ticket_of(f.log_in(f.ada));
    LoginAttempt guess;
    guess.user_name = "ada";
    guess.password = "wrong";
    for (int i = 0; i < 10; ++i)
        CHECK(status_of([&] { f.access.login.authenticate(f.system, guess, all_methods); }) != Status::OK);
    guess.password = test::ada_password;
    CHECK(status_of([&] { f.access.login.authenticate(f.system, guess, all_methods); }) ==
          Status::ERR_LOCKED_OUT);
    CHECK(f.works(token));
}

TEST_CASE("a change that fails to commit ends no ticket") {
    TicketFixture f;
    const auto token = f.ticket_of(f.log_in(f.ada));
    {
        storage::Transaction transaction(f.vault->main());
        const auto revocation = f.access.sessions.revoke(transaction, {f.ada});
        CHECK_FALSE(f.works(token));
    }
    CHECK(f.works(token));
}

TEST_CASE("a ticket lasts as long as the setting says, and no session of it longer") {
    TicketFixture f;
    f.set("session.ticket_lifetime", "10min");
    f.set("session.idle_timeout", "1h");
    const auto token = f.ticket_of(f.log_in(f.ada));
    f.clock.advance(std::chrono::minutes(9));
    const auto begun = f.redeem(token);
    CHECK(f.access.sessions.alive(begun));
    f.clock.advance(std::chrono::minutes(1));
    CHECK_FALSE(f.access.sessions.alive(begun));
    CHECK_FALSE(f.works(token));
    f.access.sessions.expire(f.clock.now());
    CHECK(f.reasons() == std::vector<std::string>{"expired"});
}

TEST_CASE("a ticket that is bound to a source works there only, and the answer to all others is one") {
    TicketFixture f;
    const auto bound = f.ticket_of(f.log_in(f.ada), "10.0.0.7");
    CHECK(f.works(bound, "10.0.0.7"));
    const auto refused = f.count(audit::Action::session_login_failed);
    std::vector<std::string> answers;
    const auto answer = [&](std::string_view token, std::string_view source) {
        try {
            (void)f.redeem(token, source);
        } catch (const Error& error) {
            answers.emplace_back(error.what());
        }
    };
    answer(bound, "10.0.0.8");
    answer(bound, "");
    answer(std::string(64, 'a'), "10.0.0.7");
    answer("", "");
    REQUIRE(answers.size() == 4);
    CHECK(std::ranges::count(answers, answers.front()) == 4);
    CHECK(f.count(audit::Action::session_login_failed) > refused);
    for (const auto& event : f.events()) {
        for (const auto& change : event.changes)
            CHECK(change.new_value.find("10.0.0.") == std::string::npos);
    }
}

TEST_CASE("only a person's own session away from devices is given a ticket, and none that came of one") {
    TicketFixture f;
    const auto refused = [&](const Principal& who) {
        return status_of([&] { (void)f.access.tickets.issue(who, {}); });
    };
    CHECK(refused(f.system) == Status::ERR_NOT_POSSIBLE);
    CHECK(refused(f.log_in_at(f.ada, DeviceId(3))) == Status::ERR_NOT_POSSIBLE);
    CHECK(refused(f.redeem(f.ticket_of(f.root))) == Status::ERR_NOT_POSSIBLE);
    const auto over = f.log_in(f.ada);
    f.access.sessions.end(over.session, EndReason::logout);
    CHECK(refused(over) == Status::ERR_SESSION_ENDED);
    CHECK(status_of([&] { (void)f.access.tickets.redeem(f.root, "x", {}); }) == Status::ERR_AUTHENTICATION);
    CHECK(status_of([&] { (void)f.access.tickets.redeem(f.log_in(f.ada), "x", {}); }) ==
          Status::ERR_ACCESS_DENIED);
    CHECK(status_of([&] { f.access.tickets.withdraw(f.log_in(f.ada), "x"); }) == Status::ERR_ACCESS_DENIED);
}

TEST_CASE("one more ticket than a person may have ends the oldest") {
    TicketFixture f;
    const auto session = f.log_in(f.ada);
    const auto oldest = f.ticket_of(session);
    const auto second = f.ticket_of(session);
    for (std::size_t i = 2; i < TicketBook::most_of_a_person; ++i)
        (void)f.ticket_of(session);
    CHECK(f.works(oldest));
    (void)f.ticket_of(session);
    CHECK_FALSE(f.works(oldest));
    CHECK(f.works(second));
    CHECK(f.reasons() == std::vector<std::string>{"replaced"});
}

TEST_CASE("a ticket withdrawn ends the sessions that it began, and no others") {
    TicketFixture f;
    const auto session = f.log_in(f.ada);
    const auto token = f.ticket_of(session);
    const auto other = f.redeem(f.ticket_of(session));
    const auto begun = f.redeem(token);
    f.access.tickets.withdraw(f.system, token);
    f.access.tickets.withdraw(f.system, token);
    CHECK_FALSE(f.access.sessions.alive(begun));
    CHECK(f.access.sessions.alive(session));
    CHECK(f.access.sessions.alive(other));
    CHECK(f.reasons() == std::vector<std::string>{"withdrawn"});
}

TEST_CASE("the host vouches for nobody unless a setting lets it, and then for what everybody may") {
    TicketFixture f;
    CHECK(status_of([&] { f.access.vouching.vouch(f.system, f.login(f.ada)); }) == Status::ERR_ACCESS_DENIED);
    CHECK_FALSE(f.access.authority.rights(f.system).has(Right::session_vouch));
    f.set("login.host_vouches", "true");
    CHECK(f.access.authority.rights(f.system).has(Right::session_vouch));
    const auto ada = f.access.vouching.vouch(f.system, f.login(f.ada));
    CHECK(f.access.authority.may(ada, Right::job_release_own));
    // What outlasts the session.
    CHECK_FALSE(f.access.authority.may(ada, Right::credential_own));
    CHECK_FALSE(f.access.authority.may(ada, Right::job_delegate_own));
    const auto root = f.access.vouching.vouch(f.system, f.login(f.administrator));
    CHECK(f.access.authority.may(root, Right::profile_own));
    CHECK_FALSE(f.access.authority.may(root, Right::user_manage));
    CHECK(f.access.authority.rights(root) == vouched_session_rights());
    CHECK(f.access.authority.reach(root, Right::user_manage).nowhere());
    auto more = f.login(f.administrator);
    more.rights = RightSet{Right::user_manage};
    CHECK(status_of([&] { f.access.vouching.vouch(f.system, more); }) == Status::ERR_ACCESS_DENIED);
    // By which a password could be set that outlasts the session.
    more.rights = RightSet{Right::credential_own};
    CHECK(status_of([&] { f.access.vouching.vouch(f.system, more); }) == Status::ERR_ACCESS_DENIED);
    more.user = f.ada;
    CHECK(f.access.authority.may(f.access.vouching.vouch(f.system, more), Right::credential_own));
}

TEST_CASE("nobody vouches for what they lack, for who is out of reach, or for oneself") {
    TicketFixture f;
    const auto voucher = f.with_rights("voucher", {Right::session_vouch, Right::audit_read});
    auto login = f.login(f.administrator);
    login.rights = RightSet{Right::audit_read};
    const auto auditor = f.access.vouching.vouch(voucher, login);
    CHECK(f.access.authority.may(auditor, Right::audit_read));
    CHECK_FALSE(f.access.authority.may(auditor, Right::job_release_own));
    login.user = f.ada;  // who has no such right herself
    CHECK_FALSE(f.access.authority.may(f.access.vouching.vouch(voucher, login), Right::audit_read));
    login.rights = RightSet{Right::key_manage};
    CHECK(status_of([&] { f.access.vouching.vouch(voucher, login); }) == Status::ERR_ACCESS_DENIED);
    CHECK(status_of([&] { f.access.vouching.vouch(voucher, f.login(voucher.user)); }) ==
          Status::ERR_NOT_POSSIBLE);

    const auto near = f.add_user("near");
    const auto office = f.access.groups.create(f.root, "office");
    f.access.groups.add(f.root, office, near);
    f.access.roles.create(f.root, "desk", {Right::session_vouch});
    const auto desk = f.add_user("desk-server");
    Grant grant;
    grant.user = desk;
    grant.scope_group = office;
    f.access.roles.give(f.root, "desk", grant);
    const auto limited = f.log_in(desk);
    CHECK(f.access.sessions.alive(f.access.vouching.vouch(limited, f.login(near))));
    CHECK(status_of([&] { f.access.vouching.vouch(limited, f.login(f.ada)); }) == Status::ERR_ACCESS_DENIED);
}

TEST_CASE("a vouched session is in the audit log as such: by whom, how, and for what") {
    TicketFixture f;
    const auto voucher = f.with_rights("voucher", {Right::session_vouch});
    auto login = f.login(f.ada);
    login.source = "10.0.0.7";
    login.rights = RightSet{Right::job_submit};
    const auto logins = f.count(audit::Action::session_login);
    const auto ada = f.access.vouching.vouch(voucher, login);
    CHECK(f.count(audit::Action::session_login) == logins);
    const auto event = f.events().back();
    CHECK(event.action == audit::Action::session_vouched);
    CHECK(event.actor == voucher.actor);
    CHECK(event.object == audit::Object(f.ada));
    const std::vector<std::string> expected{"oidc", "https://id.example", "job.submit"};
    for (std::size_t i = 0; i < expected.size(); ++i)
        CHECK(event.changes.at(i).new_value == expected[i]);
    CHECK(event.changes.at(3).field == "source");
    CHECK(event.changes.at(3).new_value.find("10.0") == std::string::npos);
    // What it lacks is said of the session, and not of the person.
    try {
        (void)f.access.authority.authorise(ada, Right::job_release_own);
        CHECK(false);
    } catch (const Error& error) {
        CHECK(error.status() == Status::ERR_ACCESS_DENIED);
        CHECK(std::string(error.what()).find("which this session was not given") != std::string::npos);
    }
    // Its limits hold for what a ticket makes of it.
    CHECK_FALSE(f.access.authority.may(f.redeem(f.ticket_of(ada)), Right::job_release_own));
    f.access.credentials.set_password(f.root, f.ada, std::nullopt, "seven purple giraffes");
    CHECK_FALSE(f.access.sessions.alive(ada));
}

TEST_CASE("who is disabled or unknown is not vouched for, nor by a name that is none") {
    TicketFixture f;
    f.set("login.host_vouches", "true");
    const auto status = [&](const VouchedLogin& login) {
        return status_of([&] { f.access.vouching.vouch(f.system, login); });
    };
    CHECK(status(f.login(UserId(4711))) == Status::ERR_NOT_FOUND);
    auto login = f.login(f.ada);
    const std::string too_long(256, 'a');
    for (const char* method : {"", "OIDC", "o idc", "a\nb", too_long.c_str()}) {
        login.method = method;
        CHECK(status(login) == Status::ERR_INVALID_ARGUMENT);
    }
    login = f.login(f.ada);
    for (const char* issuer : {"", " ", "a\nb", too_long.c_str()}) {
        login.issuer = issuer;
        CHECK(status(login) == Status::ERR_INVALID_ARGUMENT);
    }
    UserFields fields;
    fields.state = UserState::disabled;
    f.access.users.change(f.root, f.ada, fields);
    CHECK(status(f.login(f.ada)) == Status::ERR_NOT_FOUND);
}
