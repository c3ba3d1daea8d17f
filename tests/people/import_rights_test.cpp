// Nobody does by a file what they may not do one by one.
#include <doctest/doctest.h>

#include "people/people_fixture.hpp"

using namespace myqsec;
using namespace myqsec::people;
using access::Right;
using test::PeopleFixture;
using test::status_of;

namespace {

struct RightsFixture : PeopleFixture {
    RightsFixture() {
        access.roles.create(root, "user-manager", {Right::user_manage});
        access.roles.create(root, "card-manager", {Right::credential_manage});
        access.roles.create(root, "group-manager", {Right::group_manage});
        sales = access.groups.create(root, "Sales");
        access.groups.add(root, sales, ada);
        clerk = add_user("clerk");
    }
    void give(const std::string& role, GroupId over = {}) { access.roles.give(root, role, to(clerk, over)); }
    access::Principal as_clerk() { return log_in(clerk); }

    GroupId sales;
    UserId clerk;
};

bool denied(RightsFixture& f, const std::string& text) {
    const auto before = f.count(audit::Action::session_denied);
    const auto status = status_of([&] { f.import_as(f.as_clerk(), text); });
    if (status != Status::ERR_ACCESS_DENIED) return false;
    f.access.refusals.close();  // tells what it has only counted
    CHECK(f.count(audit::Action::session_denied) > before);
    return true;
}

}  // namespace

TEST_CASE("a file needs the right to users, and for its columns those to groups and cards") {
    RightsFixture f;
    CHECK(denied(f, "user_name\nanna\n"));
    CHECK(status_of([&] { f.export_as(f.as_clerk()); }) == Status::ERR_ACCESS_DENIED);
    f.give("user-manager");
    CHECK(f.import_as(f.as_clerk(), "user_name\nanna\n").created == 1);
    CHECK(denied(f, "user_name,groups\nanna,Sales\n"));
    CHECK(denied(f, "user_name,cards\nanna,01020304\n"));
    f.give("group-manager");
    f.give("card-manager");
    CHECK(f.import_as(f.as_clerk(), "user_name,groups,cards\nanna,Sales,01020304\n").changed == 1);
}

TEST_CASE("who manages the users of a group changes those by a file, and nobody else") {
    RightsFixture f;
    f.give("user-manager", f.sales);
    CHECK(f.import_as(f.as_clerk(), "user_name,email\nada,ada@example.com\n").changed == 1);
    const auto who = f.as_clerk();
    const auto foreign = f.refused(who, "user_name,email\nada,x@example.com\nclerk,y@example.com\n");
    const auto unknown = f.refused(who, "user_name,email\nada,x@example.com\nghost,y@example.com\n");
    for (const auto id : {f.clerk.value, std::int64_t{999}}) {
        const auto error = f.refused(who, fmt::format("id,email\n{},x@example.com\n", id));
        CHECK(error.status == Status::ERR_ACCESS_DENIED);
        CHECK(error.sentence == "this needs the right user.manage over the user");
    }
    CHECK(foreign.status == Status::ERR_ACCESS_DENIED);
    CHECK(foreign.line == 3);
    CHECK(unknown.status == Status::ERR_ACCESS_DENIED);
    CHECK(f.count(audit::Action::session_denied) >= 1);
    f.give("card-manager", f.sales);
    CHECK(f.refused(f.as_clerk(), "user_name,cards\nclerk,11223344\n").status == Status::ERR_ACCESS_DENIED);
    CHECK(f.import_as(f.as_clerk(), "user_name,cards\nada,04A2B3C4D5|11223344\n").cards_added == 1);
}

TEST_CASE("whose right to cards is limited to a group gives none to whom a file creates") {
    RightsFixture f;
    f.give("user-manager");
    f.give("card-manager", f.sales);
    const auto error = f.refused(f.as_clerk(), "user_name,cards\nnewcomer,11223344\n");
    CHECK(error.status == Status::ERR_ACCESS_DENIED);
    CHECK(error.column == "cards");
    CHECK(f.import_as(f.as_clerk(), "user_name,cards\nnewcomer,\nada,04A2B3C4D5|11223344\n").cards_added ==
          1);
}

TEST_CASE("a file acts on nobody who has rights that its principal lacks, but may hold their row unchanged") {
    RightsFixture f;
    f.give("user-administrator");
    const auto who = f.as_clerk();
    CHECK(f.refused(who, "user_name,email\nroot,evil@example.org\n").sentence.find("which you lack") !=
          std::string::npos);
    CHECK(f.refused(who, "user_name,cards\nroot,99887766\n").status == Status::ERR_ACCESS_DENIED);
    CHECK(f.refused(who, "user_name,state\nroot,disabled\n").status == Status::ERR_ACCESS_DENIED);
    const auto all = f.export_as(who);
    CHECK(f.import_as(who, all).changed == 0);
}

TEST_CASE("a file puts nobody into a group that gives rights, or within reach of others' roles") {
    RightsFixture f;
    const auto admins = f.access.groups.create(f.root, "admins");
    access::Grant grant;
    grant.group = admins;
    f.access.roles.give(f.root, "administrator", grant);
    f.give("user-administrator");
    const auto who = f.as_clerk();
    CHECK(f.refused(who, "user_name,groups\nclerk,admins\n").status == Status::ERR_ACCESS_DENIED);
    CHECK(f.refused(who, "user_name,groups\nmallory,admins\n").status == Status::ERR_ACCESS_DENIED);
    CHECK(f.refused(who, "user_name,groups\nmallory,admins/inner\n").status == Status::ERR_ACCESS_DENIED);
    CHECK(f.refused(who, "user_name,groups\n,admins/inner\n").status == Status::ERR_ACCESS_DENIED);
    f.access.roles.create(f.root, "reader", {Right::job_export});
    f.access.roles.give(f.root, "reader", f.to(f.ada, f.sales));
    CHECK(f.refused(who, "user_name,groups\nclerk,Sales\n").status == Status::ERR_ACCESS_DENIED);
    CHECK(f.refused(who, "user_name,groups\nnewcomer,Sales\n").status == Status::ERR_ACCESS_DENIED);
    CHECK(f.refused(who, "user_name,groups\nada,elsewhere\n").status == Status::ERR_ACCESS_DENIED);
    CHECK(f.import("user_name,groups\nclerk,Sales\n").changed == 1);
}

TEST_CASE("an export holds the users whom one manages, and groups for who manages groups") {
    RightsFixture f;
    f.give("user-manager", f.sales);
    CHECK(f.export_as(f.as_clerk()) ==
          "user_name,full_name,email,language,notes,state\r\nAda,Ada Lovelace,ada@example.org,,,active\r\n");
    CHECK(f.export_as(f.root).find("user_name,full_name,email,language,notes,state,groups\r\n") == 0);
    CHECK(f.events().back().action == audit::Action::user_exported);
}

TEST_CASE("a session that ends while a file is imported writes no further batch") {
    RightsFixture f;
    f.give("user-administrator");
    const auto who = f.as_clerk();
    test::TextSource file{"user_name\n"};
    for (int i = 0; i < 600; ++i)
        file.text += "person" + std::to_string(i) + "\n";
    file.part = 4;
    bool taken = false;
    file.before_read = [&](int pass) {
        if (taken || pass != 1 || file.at < file.text.size() / 2) return;
        f.access.roles.take(f.root, "user-administrator", f.to(f.clerk));
        taken = true;
    };
    CHECK(status_of([&] { f.import_from(who, file); }) == Status::ERR_SESSION_ENDED);
    CHECK(f.counts.created == 300);
}
