#include "access/users.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

#include <doctest/doctest.h>

#include "access/fixture.hpp"

using namespace myqsec;
using namespace myqsec::access;
using test::status_of;

namespace {

using test::AccessFixture;

std::string everything_in(const std::string& folder) {
    std::string all;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (!entry.is_regular_file()) continue;
        std::ifstream file(entry.path(), std::ios::binary);
        all.append(std::istreambuf_iterator<char>(file), {});
    }
    return all;
}

/// The bytes of a query's only value.
std::string stored(storage::Database& main, std::string_view sql) {
    std::string all;
    auto rows = main.query(sql);
    while (rows.next())
        all += as_text(rows.blob(0));
    return all;
}

}  // namespace

TEST_CASE("a user reads back as created, found by any spelling of the name's case") {
    AccessFixture f;
    const auto user = f.access.users.get(f.root, f.ada);
    CHECK(user.user_name == "Ada");
    CHECK(user.full_name == "Ada Lovelace");
    CHECK(user.email == "ada@example.org");
    CHECK(user.password.has_value());
    CHECK(user.pin == PinUse::alone);
    CHECK(user.cards == 1);
    CHECK(f.access.users.find(f.root, "aDA ") == f.ada);
    CHECK(f.access.users.find(f.system, "ada") == f.ada);
    CHECK(f.access.users.with_pseudonym(user.pseudonym) == f.ada);
    CHECK(f.access.users.get(f.log_in(f.ada), f.ada).user_name == "Ada");
    CHECK(status_of([&] { (void)f.access.users.find(f.root, "nobody"); }) == Status::ERR_NOT_FOUND);
    CHECK(status_of([&] { (void)f.access.users.get(f.root, UserId(99)); }) == Status::ERR_NOT_FOUND);
}

TEST_CASE("names that are taken, empty, too long or malformed are refused, and leave no event") {
    AccessFixture f;
    const auto events = f.events().size();
    const auto answer = [&](const std::string& name) { return status_of([&] { f.add_user(name); }); };
    CHECK(answer("ADA") == Status::ERR_EXISTS);
    CHECK(answer("") == Status::ERR_INVALID_ARGUMENT);
    CHECK(answer("  ") == Status::ERR_INVALID_ARGUMENT);
    CHECK(answer(std::string(256, 'a')) == Status::ERR_INVALID_ARGUMENT);
    CHECK(answer("a\nb") == Status::ERR_INVALID_ARGUMENT);
    CHECK(answer("a\xC2\x85") == Status::ERR_INVALID_ARGUMENT);
    CHECK(answer("a\xFF") == Status::ERR_INVALID_ARGUMENT);
    CHECK(f.events().size() == events);
    CHECK(answer(std::string(255, 'a')) == Status::OK);
}

TEST_CASE("every change is audited with old and new value, under the person's key") {
    AccessFixture f;
    UserFields fields;
    fields.email = "countess@example.org";
    fields.state = UserState::disabled;
    f.access.users.change(f.root, f.ada, fields);
    const auto event = f.events().back();
    CHECK(event.action == audit::Action::user_changed);
    CHECK(event.actor == f.access.users.actor(f.administrator));
    CHECK(event.changes == std::vector<audit::Change>{{"state", "active", "disabled"}});
    REQUIRE(event.personal.size() == 2);
    CHECK(event.personal[0].text == "ada@example.org");
    CHECK(event.personal[1].text == "countess@example.org");
}

TEST_CASE("a change that fails to commit leaves neither fact nor event") {
    AccessFixture f;
    const auto events = f.events().size();
    f.access.users.before_removal([](storage::Transaction&, UserId) { throw std::bad_alloc(); });
    CHECK_THROWS_AS(f.access.users.remove(f.root, f.ada), std::bad_alloc);
    CHECK(f.access.users.is_active(f.ada));
    CHECK(f.events().size() == events);
}

TEST_CASE(
    "a deleted user is gone: no login, no card, no readable name in the audit log, and the tree still "
    "stands") {
    AccessFixture f;
    const auto head = f.audit().head(f.auditor());
    const auto person = f.access.users.person(f.ada);
    f.access.users.remove(f.root, f.ada);
    CHECK_FALSE(f.vault->leaf_keys().exists(person));
    CHECK(status_of([&] { (void)f.access.users.get(f.root, f.ada); }) == Status::ERR_NOT_FOUND);
    for (const auto& event : f.events()) {
        for (const auto& personal : event.personal)
            CHECK((personal.person != person || !personal.text));
    }
    CHECK(f.audit().root(f.auditor(), head.size) == head.root);
    const auto again = f.add_user("ada");
    CHECK(again != f.ada);
    f.access.credentials.add_card(f.root, again, "04A2B3C4D5", "", std::nullopt);
}

TEST_CASE("no file and no column holds a name, address, PIN, password or card in clear") {
    AccessFixture f;
    f.audit().drain();
    const auto files = everything_in(f.temporary.path());
    CHECK(files.size() > 4096);
    auto& main = f.vault->main();
    const auto columns = stored(main, "SELECT user_name || full_name || email FROM access_user") +
                         stored(main, "SELECT card_hash || label FROM access_card") +
                         stored(main, "SELECT factor_hash || alone_hash FROM access_pin") +
                         stored(main, "SELECT verifier FROM access_password") +
                         stored(f.vault->log(), "SELECT event || personal FROM audit_event");
    CHECK(columns.size() > 500);
    for (const auto& secret :
         {std::string("Ada"), std::string("Lovelace"), std::string("ada@example.org"), f.ada_pin,
          test::ada_password, std::string("04A2B3C4D5"), std::string("badge")}) {
        // Short ones turn up in ciphertext by chance, once in some hundred thousand bytes.
        if (secret.size() > 4) CHECK(files.find(secret) == std::string::npos);
        if (secret.size() > 4) CHECK(columns.find(secret) == std::string::npos);
    }
}

TEST_CASE("passwords: long, uncommon, not the name; one's own only with the current one") {
    AccessFixture f;
    const auto ada = f.log_in(f.ada);
    auto& credentials = f.access.credentials;
    const auto set = [&](std::optional<std::string_view> current, std::string_view password) {
        return status_of([&] { credentials.set_password(ada, f.ada, current, password); });
    };
    CHECK(set(test::ada_password, "fourteen chars") == Status::ERR_LIMIT);
    CHECK(set(test::ada_password, "PasswordPassword1") == Status::ERR_LIMIT);
    CHECK(set(test::ada_password, "aaaaaaaaaaaaaaaaaaaa") == Status::ERR_LIMIT);
    CHECK(set(test::ada_password, "1234567890123456789") == Status::ERR_LIMIT);
    CHECK(set(test::ada_password, "Ada-Ada-Ada-Ada-Ada") == Status::ERR_LIMIT);
    CHECK(set(std::nullopt, "seven purple giraffes") == Status::ERR_AUTHENTICATION);
    CHECK(set("wrong", "seven purple giraffes") == Status::ERR_AUTHENTICATION);
    CHECK(set(test::ada_password, "seven purple giraffes") == Status::OK);
    CHECK(f.events().back().action == audit::Action::credential_changed);
    CHECK(status_of([&] { credentials.set_password(ada, f.administrator, "x", "seven purple giraffes"); }) ==
          Status::ERR_ACCESS_DENIED);
    for (int i = 0; i < 10; ++i)
        set("wrong", "seven purple giraffes");
    CHECK(set("seven purple giraffes", "eight purple giraffes") == Status::ERR_LOCKED_OUT);
}

TEST_CASE("profile complexity asks for classes and remembers") {
    AccessFixture f;
    f.set("password.profile", "complexity");
    f.set("password.min_length", "8");
    f.set("password.min_classes", "3");
    const auto set = [&](std::string_view password) {
        return status_of([&] { f.access.credentials.set_password(f.root, f.ada, std::nullopt, password); });
    };
    CHECK(set("giraffes seven") == Status::ERR_LIMIT);
    CHECK(set("Giraffes seven") == Status::OK);
    CHECK(set("Giraffes eight") == Status::OK);
    CHECK(set("Giraffes seven") == Status::ERR_LIMIT);
}

TEST_CASE("a card belongs to one person, and is anybody's again once removed") {
    AccessFixture f;
    const auto bob = f.add_user("bob");
    auto& credentials = f.access.credentials;
    const auto add = [&](std::string_view card) {
        return status_of([&] { credentials.add_card(f.root, bob, card, "", std::nullopt); });
    };
    CHECK(add("04a2b3c4d5") == Status::ERR_EXISTS);
    CHECK(add("123") == Status::ERR_INVALID_ARGUMENT);
    CHECK(add(std::string(129, '7')) == Status::ERR_INVALID_ARGUMENT);
    CHECK(credentials.cards(f.root, f.ada).at(0).label == "badge");
    CHECK(status_of([&] { credentials.remove_card(f.log_in(f.ada), f.ada_card); }) ==
          Status::ERR_ACCESS_DENIED);
    credentials.remove_card(f.root, f.ada_card);
    CHECK(status_of([&] { credentials.remove_card(f.root, f.ada_card); }) == Status::ERR_NOT_FOUND);
    CHECK(add("04a2b3c4d5") == Status::OK);
}
