// Which passwords may be chosen, how old they may grow, and what a session may do whose password must change.
#include <doctest/doctest.h>

#include "access/fixture.hpp"
#include "access/passwords/common_passwords.hpp"
#include "access/passwords/guessable.hpp"

using namespace myqsec;
using namespace myqsec::access;
using test::status_of;

namespace {

const std::string new_password = "seven purple giraffes";

struct PasswordFixture : test::AccessFixture {
    Status change(const Principal& who, std::string_view password,
                  std::optional<std::string_view> current = {}) {
        return status_of([&] { access.credentials.set_password(who, ada, current, password); });
    }
    Status give(std::string_view password) { return change(root, password); }
    /// A session that began with the password.
    Principal log_in_by_password(std::string_view password = test::ada_password) {
        LoginAttempt attempt;
        attempt.user_name = "ada";
        attempt.password = password;
        const auto user = access.login.authenticate(system, attempt, method_name_password);
        return access.sessions.open_user_session(host_proof(), user, std::nullopt, {.password = true});
    }
    Status reads_own_profile(const Principal& who) {
        return status_of([&] { (void)access.users.get(who, ada); });
    }
};

}  // namespace

TEST_CASE("at least 10,000 common passwords are known, and what is done to them") {
    CHECK(count_common_passwords() >= 10'000);
    for (const auto* common :
         {"password1234", "bigpimpin1", "blondie1", "newcastle", "trigger", "panasonic1"})
        CHECK_MESSAGE(is_any_common({common}), common);
    for (const auto* derived : {"trigger99!", "!!trigger", "tr1gger", "12trigger3", "p@$$w0rd"})
        CHECK_MESSAGE(guessable(derived, {}) == Guessable::common, derived);
    CHECK(guessable("triggertrigger", {}) == Guessable::pattern);
    int mistaken = 0;
    for (int i = 0; i < 500; ++i)
        mistaken += is_any_common({fmt::format("no such password {}", i)}) ? 1 : 0;
    CHECK(mistaken <= 2);
    CHECK(guessable("seven purple giraffes", {}) == Guessable::no);
    CHECK(guessable("trigger correct horse staple", {}) == Guessable::no);
}

TEST_CASE("no password is made of its person's names, e-mail address, or words of the site") {
    PasswordFixture f;
    f.set("password.min_length_second_factor", "8");
    CHECK(f.give("Lovelace-2026-Ada!") == Status::ERR_LIMIT);
    CHECK(f.give("ada@example.org-1815") == Status::ERR_LIMIT);
    CHECK(f.give("Rotterdam-Zeppelin-26") == Status::OK);
    f.set("password.blocked_words", "Zeppelin, Rotterdam");
    CHECK(f.give("Rotterdam-Zeppelin-27") == Status::ERR_LIMIT);
    CHECK(f.give("Zeppelin over seven hills") == Status::OK);
    CHECK(words_of_address("ada.lovelace@mail.example.org") ==
          std::vector<std::string>{"ada", "lovelace", "ada.lovelace@mail.example.org", "ada.lovelace",
                                   "mail.example.org", "mail", "example"});
}

TEST_CASE("one's new password is not the present one, whatever the profile") {
    PasswordFixture f;
    CHECK(f.change(f.log_in(f.ada), test::ada_password, test::ada_password) == Status::ERR_LIMIT);
    CHECK(f.change(f.log_in(f.ada), new_password, test::ada_password) == Status::OK);
}

TEST_CASE("so many earlier passwords may not be used again, and their hashes are kept until then") {
    PasswordFixture f;
    f.set("password.profile", "complexity");
    f.set("password.history", "2");
    f.set("kdf.iterations", "2");  // of another cost than the next
    CHECK(f.give("First giraffe, purple") == Status::OK);
    f.set("kdf.iterations", "1");
    CHECK(f.give("Second giraffe, purple") == Status::OK);
    CHECK(f.give("Third giraffe, purple") == Status::OK);
    CHECK(f.give("First giraffe, purple") == Status::ERR_LIMIT);
    CHECK(f.give("Third giraffe, purple") == Status::ERR_LIMIT);
    CHECK(f.give("Fourth giraffe, purple") == Status::OK);
    CHECK(f.give("First giraffe, purple") == Status::OK);
}

TEST_CASE("a password older than password.max_age logs in to its change and nothing else") {
    PasswordFixture f;
    f.set("password.max_age", "90d");
    CHECK(f.reads_own_profile(f.log_in_by_password()) == Status::OK);
    f.clock.advance(std::chrono::hours(24 * 89));
    // Hashing it anew, at another cost, makes it no younger.
    f.root = f.log_in(f.administrator);
    f.set("kdf.iterations", "2");
    CHECK_FALSE(f.access.users.get(f.root, f.ada).must_change_password);
    CHECK(f.reads_own_profile(f.log_in_by_password()) == Status::OK);
    f.clock.advance(std::chrono::hours(24));
    f.root = f.log_in(f.administrator);
    CHECK(f.access.users.get(f.root, f.ada).must_change_password);
    const auto ada = f.log_in_by_password();
    CHECK(f.reads_own_profile(ada) == Status::ERR_PASSWORD_CHANGE_REQUIRED);
    CHECK(f.change(ada, new_password, "not the present one") == Status::ERR_AUTHENTICATION);
    CHECK(f.change(ada, test::ada_password, test::ada_password) == Status::ERR_LIMIT);
    CHECK(f.reads_own_profile(ada) == Status::ERR_PASSWORD_CHANGE_REQUIRED);
    CHECK(f.change(ada, new_password, test::ada_password) == Status::OK);
    CHECK(f.reads_own_profile(ada) == Status::OK);
    CHECK(f.reads_own_profile(f.log_in_by_password(new_password)) == Status::OK);
}

TEST_CASE("where it is set so, a password that somebody else set is changed at the first login") {
    PasswordFixture f;
    CHECK(f.give(new_password) == Status::OK);
    CHECK(f.reads_own_profile(f.log_in_by_password(new_password)) == Status::OK);
    f.set("password.change_at_first_login", "true");
    CHECK(f.give("eight purple giraffes") == Status::OK);
    CHECK(f.access.users.get(f.root, f.ada).must_change_password);
    const auto ada = f.log_in_by_password("eight purple giraffes");
    CHECK(f.reads_own_profile(ada) == Status::ERR_PASSWORD_CHANGE_REQUIRED);
    CHECK(f.change(ada, "nine purple giraffes", "eight purple giraffes") == Status::OK);
    CHECK_FALSE(f.access.users.get(f.root, f.ada).must_change_password);
    CHECK(f.reads_own_profile(f.log_in_by_password("nine purple giraffes")) == Status::OK);
}

TEST_CASE("a session that must change its password has no other right, whoever its user is") {
    PasswordFixture f;
    access::Grant grant;
    grant.user = f.ada;
    f.access.roles.give(f.root, "administrator", grant);
    f.access.credentials.expire_password(f.root, f.ada);
    CHECK(f.events().back().action == audit::Action::credential_changed);
    const auto ada = f.log_in_by_password();
    for (const auto& one : all_rights()) {
        if (one.right == Right::credential_own) continue;
        CHECK(status_of([&] { (void)f.access.authority.authorise(ada, one.right); }) ==
              Status::ERR_PASSWORD_CHANGE_REQUIRED);
        CHECK_FALSE(f.access.authority.may(ada, one.right));
        CHECK(f.access.authority.reach(ada, one.right).nowhere());
    }
    CHECK(f.access.authority.rights(ada) == RightSet{Right::credential_own});
    auto& credentials = f.access.credentials;
    const auto refused = Status::ERR_PASSWORD_CHANGE_REQUIRED;
    CHECK(status_of([&] { credentials.generate_pin(ada, f.ada, test::ada_password); }) == refused);
    CHECK(status_of([&] { credentials.set_pin(ada, f.ada, test::ada_password, "739164"); }) == refused);
    CHECK(status_of([&] { credentials.remove_pin(ada, f.ada, test::ada_password); }) == refused);
    CHECK(status_of([&] { (void)credentials.cards(ada, f.ada); }) == refused);
    CHECK(status_of([&] { f.access.users.create(ada, {}); }) == refused);
    CHECK(status_of([&] { (void)f.access.users.list(ada); }) == refused);
    // What did not need the password is not limited by it.
    CHECK(f.reads_own_profile(f.log_in(f.ada)) == Status::OK);
}

TEST_CASE("a password expires by right, which ends the user's sessions") {
    PasswordFixture f;
    const auto ada = f.log_in_by_password();
    CHECK(status_of([&] { f.access.credentials.expire_password(ada, f.ada); }) == Status::ERR_ACCESS_DENIED);
    f.access.credentials.expire_password(f.root, f.ada);
    CHECK(f.reads_own_profile(ada) == Status::ERR_SESSION_ENDED);
    const auto bob = f.add_user("bob");
    CHECK(status_of([&] { f.access.credentials.expire_password(f.root, bob); }) == Status::ERR_NOT_FOUND);
    CHECK(status_of([&] { f.access.credentials.expire_password(f.root, UserId(99)); }) ==
          Status::ERR_NOT_FOUND);
}
