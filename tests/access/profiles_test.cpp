// User names and passwords by RFC 8265, user names no less restrictive than UTS #39's "highly".
#include "access/identity/profiles.hpp"

#include <doctest/doctest.h>

#include "access/fixture.hpp"
#include "access/identity/names.hpp"

using namespace myqsec;
using namespace myqsec::access;
using test::status_of;

namespace {

bool is_refused(std::string_view name) {
    return status_of([&] { (void)prepared_user_name(name); }) == Status::ERR_INVALID_ARGUMENT;
}

}  // namespace

TEST_CASE("names in one script, and Latin beside Chinese, Japanese or Korean, are legal") {
    for (const std::string name :
         {"ada",    "Ada Lovelace", "o'brien", "CORP\\jana", "jana@example.org", "4711",   "Žofie", "Łukasz",
          "Jürgen", "иван",         "Ελένη",   "דוד כהן",    "ג׳ורג׳",           "علي",    "علي2",  "王小明",
          "王Ming", "たなか",       "タナカ",  "田中Taro",   "ユーザー",         "김철수", "김Kim", "สมชาย",
          "राम",    "சிவா",         "გიორგი",  "col·legi",   "Straße",           "Nguyễn"}) {
        CAPTURE(name);
        CHECK(prepared_user_name(name) == name);
    }
}

TEST_CASE(
    "names that are made to look like others are refused: mixed scripts, invisible and foreign characters") {
    for (const std::string name :
         {"аda",       "pаypal",    "Ελenη",     "ада1ada",   "adа",      "ada\u200B",
          "ada\u200D", "a\u00ADda", "\u202Eada", "ada\uFE0F", "ad\u0430", "ada\u2800",
          "ada\u3164", "\u0301ada", "ⓐda",       "ada®",      "𝐚da",      "ﬁona",
          "ada😀",      "ᎪᎠᎪ",       "ａｄа",     "ada\u0640", "1דוד",     "דוד-",
          "ada\u0661", "a\x07",     "ada\u00A0", "a·a",       "田сhang",  "\xC3("}) {
        CAPTURE(name);
        CHECK(is_refused(name));
    }
    CHECK(is_refused(" "));
    CHECK(is_refused(std::string(256, 'a')));
}

TEST_CASE("one name has one account, however its case, width and accents are typed") {
    test::AccessFixture f;
    const auto zofie = f.add_user("Z\u030Cofie");
    CHECK(f.access.users.get(f.root, zofie).user_name == "\u017Dofie");
    for (const std::string name :
         {"\u017Dofie", "\u017EOFIE", "z\u030Cofie", " \u017Dofie ", "\uFF3A\u030Cofie"})
        CHECK(f.access.users.find(f.root, name) == zofie);
    CHECK(status_of([&] { f.add_user("\u017Eofie"); }) == Status::ERR_EXISTS);
    CHECK(status_of([&] { f.add_user("\uFF21\uFF24\uFF21"); }) == Status::ERR_EXISTS);
    CHECK(status_of([&] { f.add_user("ada\u200B"); }) == Status::ERR_INVALID_ARGUMENT);
    UserFields fields;
    fields.user_name = "аda";
    CHECK(status_of([&] { f.access.users.change(f.root, zofie, fields); }) == Status::ERR_INVALID_ARGUMENT);
    CHECK(fold_user_name("no\xFFname") == "no\xFFname");
}

TEST_CASE("a password is the same however its accents and blanks are typed") {
    test::AccessFixture f;
    f.access.credentials.set_password(f.root, f.ada, std::nullopt,
                                      "mu\u030Aj kun\u030C Jose\u0301\u00A0utika");
    const auto logs_in = [&](std::string_view password) {
        LoginAttempt attempt;
        attempt.user_name = "ada";
        attempt.password = password;
        return status_of([&] { f.access.login.authenticate(f.system, attempt, all_methods); }) == Status::OK;
    };
    CHECK(logs_in("m\u016Fj ku\u0148 Jos\u00E9 utika"));
    CHECK(logs_in("mu\u030Aj kun\u030C Jose\u0301\u3000utika"));
    CHECK_FALSE(logs_in("muj kun Jose utika"));
    CHECK_FALSE(logs_in("m\u016Fj ku\u0148 Jos\u00E9 utika\u200B"));
    const auto ada = f.log_in(f.ada);
    f.access.credentials.set_password(ada, f.ada, "mu\u030Aj kun\u030C Jose\u0301 utika",
                                      "correct horse battery \U0001F40E");
    for (const std::string password : {"correct horse battery\u200B staple", "correct horse battery\u0007",
                                       "correct horse battery\uFFFF", "correct horse \xC3(battery"}) {
        CHECK(status_of([&] { f.access.credentials.set_password(f.root, f.ada, std::nullopt, password); }) ==
              Status::ERR_INVALID_ARGUMENT);
    }
}

TEST_CASE(
    "what is longer than any name or password is nobody's, at the cost of any other, and counts as wrong") {
    test::AccessFixture f;
    const std::string longer(100'000, 'a');
    CHECK(fold_user_name(longer).size() == longest_spelling * max_name);
    CHECK(fold_user_name(std::string(100'000, ' ') + "Ada") == "ada");
    CHECK(entered_password(longer).size() == longest_spelling * max_password);
    CHECK(is_refused(longer));
    const auto set_password = [&](const std::string& password) {
        return status_of([&] { f.access.credentials.set_password(f.root, f.ada, std::nullopt, password); });
    };
    CHECK(set_password(longer) == Status::ERR_LIMIT);
    std::string plain = "pony fuel cell";
    auto wide = plain;
    while (plain.size() < max_password) {
        plain += " K";
        wide += "\u3000\u212A";
    }
    CHECK(set_password(plain) == Status::OK);
    const auto answer = [&](std::string_view name, std::string_view password) {
        LoginAttempt attempt;
        attempt.user_name = name;
        attempt.password = password;
        return status_of([&] { f.access.login.authenticate(f.system, attempt, all_methods); });
    };
    CHECK(answer("ada", wide) == Status::OK);
    const auto before = f.count(audit::Action::session_login_failed);
    CHECK(answer(longer, "wrong") == Status::ERR_AUTHENTICATION);
    CHECK(answer("ada", longer) == Status::ERR_AUTHENTICATION);
    CHECK(f.count(audit::Action::session_login_failed) == before + 2);
}

TEST_CASE(
    "names of groups and roles are one, composed or not, and hold nothing that changes text around them") {
    test::AccessFixture f;
    f.access.groups.create(f.root, "Pr\u016Fvodc\u00ED");
    CHECK(status_of([&] { f.access.groups.create(f.root, "Pru\u030Avodci\u0301"); }) == Status::ERR_EXISTS);
    CHECK(status_of([&] { f.access.groups.create(f.root, "sales\u202E"); }) == Status::ERR_INVALID_ARGUMENT);
    f.access.roles.create(f.root, "\u010Dten\u00E1\u0159", {Right::settings_read_jobs});
    Grant grant;
    grant.user = f.ada;
    f.access.roles.give(f.root, "c\u030Ctena\u0301r\u030C", grant);
    CHECK(f.access.authority.rights_of(f.ada).has(Right::settings_read_jobs));
}

TEST_CASE("one piece of plastic is one card, however a reader or a list writes it") {
    for (const std::string card : {"04A2241B", "04a2241b", "04:A2:24:1B", "04-a2-24-1b", "04 A2 24 1B",
                                   "0x04A2241B", "0X04a2241b", "0x04 0xA2 0x24 0x1B",
                                   "\x02"
                                   "04A2241B\r\n\x03",
                                   "\t04:a2:24:1b\n"}) {
        CAPTURE(card);
        CHECK(normalise_card(card) == "04A2241B");
    }
    CHECK(normalise_card("Temp-0001") == normalise_card("TEMP 0001"));
    CHECK(normalise_card("0xford-1") == "0XFORD1");
    const auto is_no_card = [](std::string_view card) {
        return status_of([&] { (void)normalise_card(card); }) == Status::ERR_INVALID_ARGUMENT;
    };
    CHECK(is_no_card("0x12"));
    CHECK(is_no_card("1234\x07"));
    CHECK(is_no_card("1234\xFF"));
    CHECK(is_no_card(std::string(129, '7')));
    CHECK(is_no_card(std::string(2000, ':') + "04A2241B"));
}

TEST_CASE("what is addressed by a name has one that is seen whole, and one spelling of it") {
    test::AccessFixture f;
    const std::string unseen[] = {"administrator\u200b",
                                  "a\U000e0041",
                                  "\ufeffa",
                                  "a\u00adb",
                                  "a\u202eb",
                                  "a\u2028b",
                                  "a\tb",
                                  "a\u0085b",
                                  "\ue000",
                                  "a\U0001ffff",
                                  "a\u0378",
                                  "\u0301a",
                                  " lead",
                                  "trail ",
                                  "\u3000lead",
                                  "\u00a0",
                                  " ",
                                  ""};
    for (const auto& name : unseen) {
        CAPTURE(name);
        CHECK(status_of([&] { f.access.roles.create(f.root, name, {}); }) == Status::ERR_INVALID_ARGUMENT);
        CHECK(status_of([&] { f.access.groups.create(f.root, name); }) == Status::ERR_INVALID_ARGUMENT);
        CHECK(status_of([&] { (void)prepared_name("a queue's name", name, 127); }) ==
              Status::ERR_INVALID_ARGUMENT);
    }
    for (const auto* const name :
         {"Marketing & Sales (2nd floor)", "\u6771\u4eac \u7d4c\u7406", "B\u00fcro \u2014 \u0394"})
        CHECK(prepared_name("a group's name", name) == name);
    // A blank is a blank, and an accent an accent, however they are typed.
    f.access.roles.create(f.root, "night\u3000shift e\u0301", {Right::audit_read});
    CHECK(status_of([&] { f.access.roles.create(f.root, "night shift \u00e9", {}); }) == Status::ERR_EXISTS);
    Grant grant;
    grant.user = f.ada;
    f.access.roles.give(f.root, "night\u00a0shift \u00e9", grant);
    for (const auto* const name : {"Administrator", "\uff41dministrator"})
        CHECK(status_of([&] { f.access.roles.create(f.root, name, {}); }) == Status::ERR_EXISTS);
}
