// What the doctor says of an instance that does not open, and that it changes nothing.
#include "instance/doctor.hpp"

#include <filesystem>
#include <fstream>
#include <map>

#include <doctest/doctest.h>

#include "spool/site.hpp"

using namespace myqsec;
using namespace myqsec::test;

namespace {

namespace files = std::filesystem;

std::map<std::string, std::string> contents_of(const std::string& folder) {
    std::map<std::string, std::string> out;
    for (const auto& entry : files::recursive_directory_iterator(folder)) {
        if (!entry.is_regular_file()) continue;
        std::ifstream in(entry.path(), std::ios::binary);
        out[entry.path().string()] = {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    }
    return out;
}

/// A closed instance with a job, which nobody's looking changes.
class Patient {
 public:
    Patient() {
        site_.reopen([](instance::Instance& opened) { opened.recover(instance::Birth::opened); });
        site_.submit(site_.ada, site_.secure, "a document");
        site_.instance().settle();
        site_.close();
    }
    [[nodiscard]] const std::string& path() const { return site_.path(); }
    void overwrite(const std::string& name, std::uint64_t offset, const std::string& with) {
        std::fstream file(path() + "/" + name, std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(static_cast<std::streamoff>(offset));
        file << with;
    }
    std::vector<instance::Diagnosis> rows(bool with_root = true) {
        const auto before = contents_of(path());
        auto found = instance::diagnose(path(), with_root ? &site_.root_key() : nullptr, site_.clock, {});
        CHECK(contents_of(path()) == before);
        for (const auto& row : found) {
            CHECK_FALSE(row.sentence.empty());
            CHECK_FALSE(row.advice.empty());
        }
        return found;
    }
    std::string codes(bool with_root = true) {
        std::string out;
        for (const auto& row : rows(with_root))
            out += row.code + " ";
        return out;
    }

 private:
    Site site_;
};

}  // namespace

TEST_CASE("the doctor finds nothing in a sound instance, and leaves every byte of it as it is") {
    Patient patient;
    CHECK(patient.codes().empty());
    CHECK(patient.codes(false).empty());
}

TEST_CASE("the doctor names what keeps an instance from opening, and changes nothing") {
    Patient patient;
    std::string expected;
    SUBCASE("no keystore") {
        files::remove(patient.path() + "/keystore");
        expected = "ERR_NOT_FOUND ";
    }
    SUBCASE("no log") {
        files::remove(patient.path() + "/log.db");
        expected = "ERR_NOT_FOUND ";
    }
    SUBCASE("a damaged keystore") {
        patient.overwrite("keystore", 0, std::string(16384, '?'));
        expected = "ERR_CORRUPT ";
    }
    SUBCASE("a half-damaged keystore opens") {
        patient.overwrite("keystore", 100, "????");
        expected = "keystore-repaired ";
    }
    SUBCASE("no document") {
        for (const auto& entry :
             std::vector<files::path>(files::directory_iterator(patient.path() + "/jobs"), {}))
            files::remove(entry);
        expected = "job-document-missing documents-missing ";
    }
    SUBCASE("a database of which a page was altered") {
        patient.overwrite("main.db", 5000, "????");
        expected = "ERR_CORRUPT ";
    }
    CHECK(patient.codes() == expected);
}

TEST_CASE(
    "the doctor advises what helps: nothing brings a keystore back, and nothing is created in its place") {
    Patient patient;
    const auto advice = [&](const std::string& code) {
        const auto found = patient.rows();
        REQUIRE(found.size() == 1);
        CHECK(found.front().code == code);
        CHECK(patient.codes(false) == code + " ");
        return found.front().advice;
    };
    const auto says = [](const std::string& text, const char* part) {
        return text.find(part) != std::string::npos;
    };
    SUBCASE("a keystore of nothing but damage") {
        patient.overwrite("keystore", 0, std::string(16384, '?'));
        CHECK(says(advice("ERR_CORRUPT"), "a backup key that was kept elsewhere"));
    }
    SUBCASE("an empty keystore") {
        files::resize_file(patient.path() + "/keystore", 0);
        CHECK(says(advice("ERR_CORRUPT"), "no backup holds this file"));
    }
    SUBCASE("no keystore beside the databases") {
        files::remove(patient.path() + "/keystore");
        const auto text = advice("ERR_NOT_FOUND");
        CHECK(says(text, "put the file back"));
        CHECK_FALSE(says(text, "create"));
    }
    SUBCASE("no main database: what the opening says") {
        files::remove(patient.path() + "/main.db");
        CHECK(says(advice("ERR_NOT_FOUND"), "put the file back"));
        CHECK(says(patient.rows().front().sentence, "lacks its file 'main.db'"));
    }
}

TEST_CASE("the doctor looks at an instance that is open, and says so") {
    Site site;
    site.vault().begin_opening();
    const auto found = instance::diagnose(site.path(), &site.root_key(), site.clock, {});
    REQUIRE(found.size() == 1);
    CHECK(found.front().code == "ERR_IN_USE");
}
