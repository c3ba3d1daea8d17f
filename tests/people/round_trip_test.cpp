// What is exported is imported as it was; what was cut off goes on.
#include <random>

#include <doctest/doctest.h>

#include "people/people_fixture.hpp"

using namespace myqsec;
using namespace myqsec::people;
using test::PeopleFixture;
using test::status_of;

namespace {

/// Many rows of one column, so that there are several batches.
std::string many(int count) {
    std::string text = "user_name,full_name,groups\n";
    for (int i = 0; i < count; ++i)
        text += fmt::format("person{},Person {},Floor {}\n", i, i, i % 7);
    return text;
}

std::string cut_header(const std::string& text) {
    return text.substr(text.find('\n') + 1);
}

}  // namespace

TEST_CASE("an export makes the same users and groups elsewhere, whatever their fields hold") {
    PeopleFixture f;
    std::mt19937 random(3);
    const std::vector<std::string> bits{"=", "+", "-",  "@", "'", "\"", ",", ";",
                                        "|", "/", "\\", " ", "a", "ř",  "ع", "王"};
    const auto text = [&](std::size_t length) {
        std::string out;
        for (; length > 0; --length)
            out += bits[random() % bits.size()];
        return out;
    };
    for (int i = 0; i < 60; ++i) {
        access::UserFields fields;
        fields.user_name = "user" + std::to_string(i);
        fields.full_name = text(random() % 9);
        fields.email = text(random() % 9);
        fields.notes = text(random() % 9);
        if (i % 5 == 0) fields.state = access::UserState::disabled;
        const auto user = f.access.users.create(f.root, fields);
        const auto group =
            f.access.groups.create(f.root, "=" + text(5) + std::to_string(i),
                                   i % 3 == 0 ? GroupId() : f.access.groups.list(f.root).back().id);
        if (i % 4 != 0) f.access.groups.add(f.root, group, user);
        f.access.groups.add(f.root, group, f.ada);
        if (i % 4 == 0) f.access.groups.remove_member(f.root, group, f.ada);
    }
    for (const char separator : {',', ';', '\t'}) {
        ExportOptions options;
        options.separator = separator;
        options.mark = separator == ';';
        const auto whole = f.export_as(f.root, options);
        CHECK(f.import(whole).unchanged == 62);
        PeopleFixture other;
        other.import(whole);
        CHECK(other.export_as(other.root, options).size() == whole.size());
        CHECK(other.access.groups.list(other.root).size() == f.access.groups.list(f.root).size());
        for (const auto& user : f.access.users.list(f.root)) {
            const auto twin = other.user(user.user_name);
            CHECK(twin.full_name == user.full_name);
            CHECK(twin.email == user.email);
            CHECK(twin.notes == user.notes);
            CHECK(twin.state == user.state);
            auto mine = f.groups_of(user.user_name);
            auto theirs = other.groups_of(user.user_name);
            std::ranges::sort(mine);
            std::ranges::sort(theirs);
            CHECK(theirs == mine);
        }
    }
}

TEST_CASE("an export holds no credential and starts no formula") {
    PeopleFixture f;
    access::UserFields fields;
    fields.full_name = "=HYPERLINK(\"http://evil\")";
    f.access.users.change(f.root, f.ada, fields);
    const auto text = f.export_as(f.root, {.numbers = true});
    CHECK(text.find("04A2B3C4D5") == std::string::npos);
    CHECK(text.find(f.ada_pin) == std::string::npos);
    CHECK(text.find("badge") == std::string::npos);
    CHECK(text.find("\"'=HYPERLINK(\"\"http://evil\"\")\"") != std::string::npos);
    CHECK(text.find(fmt::format("{},Ada,", f.ada.value)) != std::string::npos);
}

TEST_CASE("cards and passwords stay where a file has no column for them") {
    PeopleFixture f;
    f.import(f.export_as(f.root));
    CHECK(f.user("ada").cards == 1);
    CHECK(f.user("ada").password.has_value());
    CHECK(f.user("ada").pin.has_value());
}

TEST_CASE("an import that is cut off keeps whole batches, and the same file goes on with it") {
    const auto text = many(1000);
    for (const std::size_t behind : {0U, 3000U, 12'000U, 25'000U}) {
        PeopleFixture f;
        test::TextSource file{text, 512};
        file.before_read = [&](int pass) {
            if (pass == 1 && file.at >= behind) fail(Status::ERR_CALLBACK, "unplugged");
        };
        CHECK(status_of([&] { f.import_from(f.root, file); }) == Status::ERR_CALLBACK);
        const auto done = f.counts;
        CHECK(done.created % import_batch == 0);
        CHECK(done.created < 1000);
        CHECK(f.count(audit::Action::user_created) == 2 + done.created);
        const auto rest = f.import(text);
        CHECK(rest.created == 1000 - done.created);
        CHECK(rest.unchanged == done.created);
        CHECK(f.import(text).unchanged == 1000);
        PeopleFixture whole;
        whole.import(text);
        CHECK(cut_header(f.export_as(f.root)) == cut_header(whole.export_as(whole.root)));
    }
}

TEST_CASE(
    "a file that is another one when it is read again, or people who changed meanwhile, end it by their "
    "line") {
    PeopleFixture f;
    test::TextSource file{many(600), 512};
    file.before_read = [&](int pass) {
        if (pass == 1 && file.at == 0) file.text.replace(file.text.find("person400,"), 10, "person4=0,,");
    };
    CHECK(status_of([&] { f.import_from(f.root, file); }) == Status::ERR_INVALID_ARGUMENT);
    CHECK(f.counts.created == 400);
    const auto sentence = test::sentence_of([&] {
        test::TextSource again{many(600), 512};
        again.before_read = [&](int pass) {
            if (pass == 1 && again.at == 0)
                again.text.replace(again.text.find("person400,"), 10, "person4=0,,");
        };
        f.import_from(f.root, again);
    });
    CHECK(sentence.find("line 402") != std::string::npos);
}

TEST_CASE("the events of a large import reach the log while it runs") {
    PeopleFixture f;
    f.import(many(1500));
    auto rows = f.vault->log().query("SELECT COUNT(*) FROM audit_event");
    REQUIRE(rows.next());
    CHECK(rows.integer(0) > 0);
}
