// What a file of people does, and what is refused in it.
#include <doctest/doctest.h>

#include "people/people_fixture.hpp"

using namespace myqsec;
using namespace myqsec::people;
using test::PeopleFixture;
using test::status_of;

namespace {

using Names = std::vector<std::string>;

const std::string staff =
    "user_name,full_name,email,language,notes,state,groups,cards\r\n"
    "novak,Jiří Novák,novak@example.org,cs,\"desk 4, by the window\",active,Europe/Prague,04A1B2C3D4\r\n"
    "hasan,حسن العلي,hasan@example.org,ar,,disabled,Asia|Guests,\"04A1B2C3D5|04A1B2C3D6\"\r\n"
    "王小明,王小明,wang@example.org,zh,,active,Asia,\r\n";

ImportOptions with_map(ColumnMap map) {
    ImportOptions options;
    options.columns.map = map;
    return options;
}

}  // namespace

TEST_CASE("a file creates users with their fields, groups in groups, and cards") {
    PeopleFixture f;
    const auto counts = f.import(staff);
    CHECK(counts.rows == 3);
    CHECK(counts.created == 3);
    CHECK(counts.groups_created == 4);
    CHECK(counts.members_added == 4);
    CHECK(counts.cards_added == 3);
    const auto novak = f.user("novak");
    CHECK(novak.full_name == "Jiří Novák");
    CHECK(novak.email == "novak@example.org");
    CHECK(novak.language == "cs");
    CHECK(novak.notes == "desk 4, by the window");
    CHECK(novak.cards == 1);
    CHECK(f.groups_of("novak") == Names{"Prague"});
    CHECK(f.access.groups.is_member(novak.id, f.group("Europe")));
    CHECK(f.user("hasan").state == access::UserState::disabled);
    CHECK(f.user("hasan").full_name == "حسن العلي");
    CHECK(f.groups_of("hasan") == Names{"Asia", "Guests"});
    CHECK(f.user("hasan").cards == 2);
    CHECK(f.user("王小明").email == "wang@example.org");
    CHECK(f.count(audit::Action::user_created) == 5);  // with root and Ada
    CHECK(f.count(audit::Action::group_member_added) == 4);
    CHECK(f.count(audit::Action::credential_added) == 6);
}

TEST_CASE("the same file again changes nothing and writes no event") {
    PeopleFixture f;
    f.import(staff);
    const auto events = f.events().size();
    for (const std::size_t part : {1, 17, 100'000}) {
        test::TextSource file{staff, part};
        const auto counts = f.import_from(f.root, file);
        CHECK(counts.unchanged == 3);
        CHECK(counts.created + counts.changed + counts.groups_created + counts.members_added == 0);
    }
    CHECK(f.events().size() == events);
}

TEST_CASE("a dry run says what would be done, and does nothing") {
    PeopleFixture f;
    const auto events = f.events().size();
    ImportOptions dry;
    dry.dry_run = true;
    const auto would = f.import(staff, dry);
    CHECK(f.events().size() == events);
    const auto did = f.import(staff);
    CHECK(would.created == did.created);
    CHECK(would.groups_created == did.groups_created);
    CHECK(would.members_added == did.members_added);
    CHECK(would.cards_added == did.cards_added);
}

TEST_CASE("a file with errors changes nothing, and each is told with its line and column") {
    PeopleFixture f;
    const auto events = f.events().size();
    const std::string file =
        "user_name;email;state;cards\n"
        "anna;anna@example.org;active;\n"
        ";nobody@example.org;;\n"
        "bert;bert@example.org;retired;\n"
        "c\xC3\x28;;;\n"
        "dora;dora@example.org\n"
        "ANNA;;;\n"
        "emil;;;04A2B3C4D5\n"
        "fred;;;01020304\n"
        "gita;;;01:02:03:04\n"
        "\"hugo;;;\n";
    CHECK(status_of([&] { f.import(file); }) == Status::ERR_INVALID_ARGUMENT);
    CHECK(f.events().size() == events);
    CHECK(f.counts.rows == 10);
    CHECK(f.counts.errors == 8);
    struct Expected {
        std::uint64_t line;
        std::string column;
        Status status;
    };
    const std::vector<Expected> expected{{3, "user_name", Status::ERR_INVALID_ARGUMENT},
                                         {4, "state", Status::ERR_INVALID_ARGUMENT},
                                         {5, "user_name", Status::ERR_INVALID_ARGUMENT},
                                         {6, "", Status::ERR_INVALID_ARGUMENT},
                                         {7, "user_name", Status::ERR_EXISTS},
                                         {8, "cards", Status::ERR_EXISTS},
                                         {10, "cards", Status::ERR_EXISTS},
                                         {11, "", Status::ERR_INVALID_ARGUMENT}};
    REQUIRE(f.told.size() == expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
        CHECK(f.told[i].line == expected[i].line);
        CHECK(f.told[i].column == expected[i].column);
        CHECK(f.told[i].status == expected[i].status);
    }
    CHECK(f.told[2].sentence.find("UTF-8") != std::string::npos);
    CHECK(f.told[4].sentence.find("line 2") != std::string::npos);
}

TEST_CASE("a header that is missing, unknown or there twice is refused in line 1") {
    PeopleFixture f;
    CHECK(f.refused("anna,anna@example.org\n").line == 1);
    CHECK(f.refused("user_name,shoe size\nanna,43\n").sentence.find("shoe_size") != std::string::npos);
    CHECK(f.refused("user_name,email,E-Mail\nanna,a@b,a@b\n").sentence.find("email") != std::string::npos);
    CHECK(f.refused("full_name\nAnna\n").line == 1);
    CHECK(status_of([&] { f.import(""); }) == Status::ERR_INVALID_ARGUMENT);
    ImportOptions lenient;
    lenient.columns.ignore_unknown = true;
    CHECK(f.import("Login,Shoe size,E-Mail\nanna,43,a@example.org\n", lenient).created == 1);
    CHECK(f.user("anna").email == "a@example.org");
}

TEST_CASE("what a file says is changed, and what it leaves empty or has no column for stays") {
    PeopleFixture f;
    f.import(staff);
    const auto counts =
        f.import("user_name,full_name,email,groups\nNOVAK,,jn@example.org,Guests\nhasan,,,\n");
    CHECK(counts.changed == 1);
    CHECK(counts.unchanged == 1);
    const auto novak = f.user("novak");
    CHECK(novak.user_name == "novak");
    CHECK(novak.full_name == "Jiří Novák");
    CHECK(novak.email == "jn@example.org");
    CHECK(novak.cards == 1);
    CHECK(f.groups_of("novak") == Names{"Guests"});
    CHECK(f.groups_of("hasan") == Names{"Asia", "Guests"});
    ImportOptions clear;
    clear.columns.clear_empty = true;
    f.import("user_name,email,groups,cards\nhasan,,,\n", clear);
    CHECK(f.user("hasan").email.empty());
    CHECK(f.user("hasan").full_name == "حسن العلي");
    CHECK(f.user("hasan").cards == 0);
    CHECK(f.groups_of("hasan").empty());
}

TEST_CASE("cards of a row are the user's cards afterwards, in whatever spelling") {
    PeopleFixture f;
    CHECK(f.import("user_name,cards\nada,04:a2:b3:c4:d5|0xAABBCCDD\n").cards_added == 1);
    CHECK(f.user("ada").cards == 2);
    CHECK(f.import("user_name,cards\nada,aabbccdd\n").cards_removed == 1);
    CHECK(f.user("ada").cards == 1);
    CHECK(f.refused("user_name,cards\nbert,AABBCCDD\n").column == "cards");
}

TEST_CASE("a user is renamed by number, and by that only") {
    PeopleFixture f;
    const auto number = std::to_string(f.ada.value);
    CHECK(f.import("id,user_name\n" + number + ",lovelace\n").changed == 1);
    CHECK(f.access.users.find(f.root, "lovelace") == f.ada);
    CHECK(f.import("id,user_name,email\n,lovelace,l@example.org\n").changed == 1);
    CHECK(f.refused("id,user_name\n" + number + ",root\n").status == Status::ERR_EXISTS);
    CHECK(f.refused("id,user_name\n999,ghost\n").status == Status::ERR_NOT_FOUND);
    CHECK(f.refused("id,user_name\nx1,ghost\n").column == "id");
    CHECK(f.refused("id,email\n" + number + ",a@example.org\n" + number + ",b@example.org\n").line == 3);
}

TEST_CASE("a group is found by its name, lies where the path says, and is made once") {
    PeopleFixture f;
    const auto europe = f.access.groups.create(f.root, "Europe");
    f.access.groups.create(f.root, "Prague", europe);
    CHECK(f.import("user_name,groups\nanna,Prague\nbert,Europe/Prague/Desk\ncyril,Prague/Desk\n")
              .groups_created == 1);
    CHECK(f.groups_of("cyril") == Names{"Desk"});
    CHECK(f.refused("user_name,groups\ndora,Asia/Prague\n").column == "groups");
    CHECK(f.refused("user_name,groups\ndora,Asia/Tokyo\nemil,Japan/Tokyo\n").line == 3);
    CHECK(f.refused("user_name,groups\ndora,Asia//Tokyo\n").column == "groups");
    CHECK(f.import("user_name,groups\n,Lonely/Inner\n").groups_created == 2);
    CHECK(f.group("Inner"));
    f.import("user_name,groups\nfred,R\\/D|Sales\\|Service\n");
    CHECK(f.groups_of("fred") == Names{"R/D", "Sales|Service"});
}

TEST_CASE("line breaks in a cell become blanks") {
    PeopleFixture f;
    f.import("user_name,notes\nanna,\"two\r\nlines\"\n");
    CHECK(f.user("anna").notes == "two lines");
    CHECK(f.import("user_name,notes\nanna,\"two\r\nlines\"\n").unchanged == 1);
}

TEST_CASE("files of MyQ are read by their columns, and no PIN or password is taken") {
    PeopleFixture f;
    const std::string header = "FULLNAME;USERNAME_ALIASES;EMAIL;CARDS;GROUPS;CODE;SCANSTORAGE;PIN\r\n";
    const std::string rows =
        "\"Thomas Pineapple\";\"Tom,Tomy,Apple\";\"t.pineapple@example.org\";7E9700C9;"
        "\"Activities|Outdoor|Swimming,Activities|Outdoor|Birdwatching\";17;\\Users\\Tomy;1234\r\n";
    CHECK(f.import(header + rows, with_map(ColumnMap::myq)).groups_created == 4);
    CHECK(f.user("tom").full_name == "Thomas Pineapple");
    CHECK(f.groups_of("tom") == Names{"Swimming", "Birdwatching"});
    CHECK(f.user("tom").cards == 1);
    CHECK_FALSE(f.user("tom").pin.has_value());
    auto without = with_map(ColumnMap::myq);
    without.columns.header = false;
    CHECK(f.import(rows, without).unchanged == 1);
}

TEST_CASE("files of PaperCut are read by place, with both cards") {
    PeopleFixture f;
    CHECK(f.import("tom\t5.00\tN\tThomas Pineapple\tt@example.org\tSales/EU\tA4\t7E9700C9\t1234\tby the "
                   "door\t7E9700CA\n"
                   "X12345678901234\t\t\t\t\t\t\tX1234567890\n",
                   with_map(ColumnMap::papercut))
              .created == 2);
    CHECK(f.user("tom").email == "t@example.org");
    CHECK(f.user("tom").notes == "by the door");
    CHECK(f.user("tom").cards == 2);
    CHECK(f.groups_of("tom") == Names{"Sales/EU"});
    CHECK_FALSE(f.user("tom").pin.has_value());
    CHECK(f.user("x12345678901234").cards == 1);
}

TEST_CASE("the last administrator is not disabled by a file, nor taken out of the group that makes one") {
    PeopleFixture f;
    CHECK(f.refused("user_name,state\nanna,active\nroot,disabled\n").status == Status::ERR_NOT_POSSIBLE);
    const auto admins = f.access.groups.create(f.root, "admins");
    access::Grant grant;
    grant.group = admins;
    f.access.roles.give(f.root, "administrator", grant);
    f.access.groups.add(f.root, admins, f.ada);
    const auto ada = f.log_in(f.ada);
    CHECK(f.refused(ada, "user_name,state,groups\nroot,disabled,\nada,,other\n").status ==
          Status::ERR_NOT_POSSIBLE);
    f.import_as(ada, "user_name,state\nroot,disabled\n");
    CHECK(status_of([&] { (void)f.access.users.list(f.root); }) == Status::ERR_SESSION_ENDED);
    f.told.clear();
    CHECK(status_of([&] { f.import_as(ada, "user_name,groups\nada,other\n"); }) == Status::ERR_NOT_POSSIBLE);
}

TEST_CASE("whoever loses a card or rights by a file is logged out, and others are not") {
    PeopleFixture f;
    f.import("user_name,cards\nbert,01020304\n");
    const auto ada = f.log_in(f.ada);
    const auto bert = f.log_in(f.access.users.find(f.root, "bert"));
    f.import("user_name,email,cards\nada,new@example.org,04A2B3C4D5\nbert,b@example.org,05060708\n");
    CHECK(f.access.sessions.alive(ada));
    CHECK_FALSE(f.access.sessions.alive(bert));
}
