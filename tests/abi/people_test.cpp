// People from and to files, through the C ABI.
#include <cstring>

#include <doctest/doctest.h>

#include "abi/engine.hpp"

using namespace myqsec;
using namespace myqsec::test;

#ifndef MYQSEC_WITH_PEOPLE

TEST_CASE("a library without files of people says so") {
    Host host;
    const myqsec_people_source source = MYQSEC_PEOPLE_SOURCE_INIT;
    CHECK_FAILS(myqsec_people_import(host.admin->get(), &source, nullptr, nullptr), MYQSEC_ERR_NOT_BUILT_IN,
                "MYQSEC_WITH_PEOPLE");
    const auto write = [](void*, const void*, std::size_t) { return 0; };
    CHECK_FAILS(myqsec_people_export(host.admin->get(), nullptr, write, nullptr), MYQSEC_ERR_NOT_BUILT_IN,
                "MYQSEC_WITH_PEOPLE");
}

#else

namespace {

/// A file in memory, and what is told of it.
struct PeopleOnFile {
    std::string text;
    std::size_t at = 0;
    int fails_at_pass = -1;
    int pass = 0;
    std::vector<std::string> told{};
    myqsec_session* calls_with = nullptr;
    myqsec_status inner = MYQSEC_OK;

    myqsec_people_source source() {
        myqsec_people_source out = MYQSEC_PEOPLE_SOURCE_INIT;
        out.context = this;
        out.read = [](void* context, void* data, std::size_t* length) {
            auto& file = *static_cast<PeopleOnFile*>(context);
            if (file.pass == file.fails_at_pass) return 1;
            *length = std::min(*length, file.text.size() - file.at);
            std::memcpy(data, file.text.data() + file.at, *length);
            file.at += *length;
            return 0;
        };
        out.rewind = [](void* context) {
            auto& file = *static_cast<PeopleOnFile*>(context);
            file.at = 0;
            ++file.pass;
            return 0;
        };
        return out;
    }
    myqsec_people_import_options options() {
        myqsec_people_import_options out = MYQSEC_PEOPLE_IMPORT_OPTIONS_INIT;
        out.error_context = this;
        out.error = [](void* context, const myqsec_people_error* error) {
            auto& file = *static_cast<PeopleOnFile*>(context);
            file.told.push_back(std::to_string(error->line) + " " + error->column + " " + error->message);
            if (file.calls_with != nullptr) {
                std::int64_t user = 0;
                file.inner = myqsec_user_find(file.calls_with, "admin", &user);
            }
            return file.told.size() > 2 ? 1 : 0;
        };
        return out;
    }
};

myqsec_status import_people(const Session& session, PeopleOnFile& file, myqsec_people_counts& counts,
                            const myqsec_people_import_options& options) {
    const auto source = file.source();
    file.at = 0;
    file.pass = 0;
    file.told.clear();
    return myqsec_people_import(session.get(), &source, &options, &counts);
}

std::string exported(const Session& session) {
    std::string text;
    const auto write = [](void* context, const void* data, std::size_t length) {
        static_cast<std::string*>(context)->append(static_cast<const char*>(data), length);
        return 0;
    };
    REQUIRE(myqsec_people_export(session.get(), nullptr, write, &text) == MYQSEC_OK);
    return text;
}

}  // namespace

TEST_CASE("people are imported from a host's file and exported to its sink") {
    Host life;
    const auto& admin = *life.admin;
    PeopleOnFile file{"user_name,full_name,groups\nbert,Bert Brown,Sales\n"};
    myqsec_people_counts counts = MYQSEC_PEOPLE_COUNTS_INIT;
    REQUIRE(import_people(admin, file, counts, file.options()) == MYQSEC_OK);
    CHECK(counts.rows == 1);
    CHECK(counts.created == 1);
    CHECK(counts.groups_created == 1);
    CHECK(file.pass == 1);
    CHECK(exported(admin).find("bert,Bert Brown,,,,active,Sales\r\n") != std::string::npos);
    REQUIRE(import_people(admin, file, counts, file.options()) == MYQSEC_OK);
    CHECK(counts.unchanged == 1);
}

TEST_CASE("each row that cannot be imported is told, and nothing is changed") {
    Host life;
    const auto before = exported(*life.admin);
    PeopleOnFile file{"user_name,state\nbert,active\ncyril,gone\n"};
    file.calls_with = life.admin->get();
    myqsec_people_counts counts = MYQSEC_PEOPLE_COUNTS_INIT;
    CHECK_FAILS(import_people(*life.admin, file, counts, file.options()), MYQSEC_ERR_INVALID_ARGUMENT,
                "line 3, state");
    CHECK(file.told == std::vector<std::string>{"3 state it must be active or disabled"});
    CHECK(file.inner == MYQSEC_ERR_REENTRANT);
    CHECK(counts.rows == 2);
    CHECK(counts.errors == 1);
    CHECK(counts.created == 0);
    CHECK(file.pass == 0);
    file.text += "dora,gone\nemil,gone\nfred,gone\n";
    CHECK_FAILS(import_people(*life.admin, file, counts, file.options()), MYQSEC_ERR_CALLBACK,
                "error function");
    CHECK(exported(*life.admin) == before);
}

TEST_CASE("a host's file that fails ends the import, and what was written is counted") {
    Host life;
    PeopleOnFile file{"user_name\nbert\n"};
    file.fails_at_pass = 1;
    myqsec_people_counts counts = MYQSEC_PEOPLE_COUNTS_INIT;
    CHECK_FAILS(import_people(*life.admin, file, counts, file.options()), MYQSEC_ERR_CALLBACK,
                "read function");
    CHECK(counts.created == 0);
    const auto fails = [](void*, const void*, std::size_t) { return 7; };
    CHECK_FAILS(myqsec_people_export(life.admin->get(), nullptr, fails, nullptr), MYQSEC_ERR_CALLBACK, "7");
}

TEST_CASE("what makes no sense in the options of an import is refused by name") {
    Host life;
    PeopleOnFile file{"user_name\nbert\n"};
    myqsec_people_counts counts = MYQSEC_PEOPLE_COUNTS_INIT;
    const auto refused = [&](const char* name, const auto& change) {
        auto options = file.options();
        change(options);
        CHECK_FAILS(import_people(*life.admin, file, counts, options), MYQSEC_ERR_INVALID_ARGUMENT, name);
    };
    refused("options.map", [](auto& options) { options.map = 4; });
    refused("options.separator", [](auto& options) { options.separator = ':'; });
    refused("options.dry_run", [](auto& options) { options.dry_run = 2; });
    refused("options.clear_empty", [](auto& options) { options.clear_empty = 2; });
    auto source = file.source();
    source.rewind = nullptr;
    CHECK_FAILS(myqsec_people_import(life.admin->get(), &source, nullptr, &counts),
                MYQSEC_ERR_INVALID_ARGUMENT, "source.rewind");
    auto dry = file.options();
    dry.dry_run = 1;
    CHECK(myqsec_people_import(life.admin->get(), &source, &dry, &counts) == MYQSEC_OK);
    CHECK(counts.created == 1);
    CHECK_FAILS(myqsec_people_import(life.admin->get(), nullptr, nullptr, &counts),
                MYQSEC_ERR_INVALID_ARGUMENT, "source");
    CHECK_FAILS(myqsec_people_import(life.system->get(), &source, &dry, &counts), MYQSEC_ERR_ACCESS_DENIED,
                "user.manage");
}

#endif
