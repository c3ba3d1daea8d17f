// Files that were altered, swapped, cut or lost, and that nothing readable lies on the disk.
#include <filesystem>

#include <doctest/doctest.h>

#include "instance_files.hpp"
#include "site.hpp"

using namespace myqsec;
using namespace myqsec::test;
using audit::Action;
using spool::JobState;
namespace fs = std::filesystem;

namespace {

fs::path file_of_only_job(Site& site) {
    return fs::path(site.path()) / "jobs" / site.files().at(0);
}

/// Releases a damaged job: nothing but a true beginning of the document may come out.
void check_corrupt(Site& site, JobId job, const std::string& text) {
    TraySink tray;
    CHECK(status_of([&] { site.jobs().release(site.ada, job, {}, tray); }) == Status::ERR_CORRUPT);
    CHECK_FALSE(tray.finished);
    CHECK(text.starts_with(tray.printed));
    const auto held = site.jobs().get(site.ada, job);
    CHECK(held.state == JobState::pending_held);
    CHECK(held.reasons == "job-hold-until-specified document-access-error");
}

void check_absent(const Site& site, const std::vector<std::string>& markers) {
    for (const auto& entry : fs::recursive_directory_iterator(site.path())) {
        if (!entry.is_regular_file()) continue;
        const auto contents = read_file(entry.path());
        for (const auto& marker : markers) {
            CAPTURE(entry.path());
            CHECK(contents.find(marker) == std::string::npos);
        }
    }
}

}  // namespace

TEST_CASE("an altered document is refused, and not a byte beyond what was verified leaves") {
    Site site;
    const auto text = document(300'000);
    const auto job = site.submit(site.ada, site.secure, text);
    const auto path = file_of_only_job(site);
    const auto sealed = read_file(path);
    std::size_t failures = 0;
    for (std::size_t at = crypto::container_header_area; at < sealed.size(); at += 40'001) {
        auto altered = sealed;
        altered[at] = static_cast<char>(altered[at] ^ 1);
        write_file(path, altered);
        check_corrupt(site, job, text);
        CHECK(site.count(Action::job_release_failed) == ++failures);
    }
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{100}, std::size_t{20'000}, sealed.size() - 1}) {
        write_file(path, sealed.substr(0, size));
        check_corrupt(site, job, text);
    }
    write_file(path, sealed + "x");
    check_corrupt(site, job, text);
    write_file(path, sealed);
    CHECK(site.release(site.ada, job) == text);
}

TEST_CASE("a document with one damaged copy of its header is printed, and the damage is audited") {
    Site site;
    const auto job = site.submit(site.ada, site.secure, "one copy left");
    const auto path = file_of_only_job(site);
    auto altered = read_file(path);
    altered[50] = static_cast<char>(altered[50] ^ 1);
    write_file(path, altered);
    CHECK(site.release(site.ada, job) == "one copy left");
    CHECK(site.count(Action::instance_damage_found) == 1);
    altered[crypto::container_header_area / 2 + 50] ^= 1;
    write_file(path, altered);
    TraySink tray;
    CHECK(status_of([&] { site.jobs().release(site.ada, job, {}, tray); }) == Status::ERR_CORRUPT);
    CHECK(tray.printed.empty());
    CHECK(site.count(Action::instance_damage_found) == 1);
}

TEST_CASE("documents that were swapped are refused") {
    Site site;
    const auto one = site.submit(site.ada, site.secure, "one");
    const auto two = site.submit(site.ada, site.secure, "two");
    const auto folder = fs::path(site.path()) / "jobs";
    const auto files = site.files();
    const auto first = read_file(folder / files[0]);
    write_file(folder / files[0], read_file(folder / files[1]));
    write_file(folder / files[1], first);
    check_corrupt(site, one, "one");
    check_corrupt(site, two, "two");
}

TEST_CASE("a document that is missing at opening aborts its job; one that comes back is held again") {
    Site site;
    const auto job = site.submit(site.ada, site.secure, "mounted");
    const auto path = file_of_only_job(site);
    const auto sealed = read_file(path);
    fs::remove(path);
    TraySink tray;
    CHECK(status_of([&] { site.jobs().release(site.ada, job, {}, tray); }) == Status::ERR_CORRUPT);
    site.reopen();
    REQUIRE(site.findings.size() == 2);
    CHECK(site.findings[0].code == "job-document-missing");
    CHECK(site.findings[1].code == "documents-missing");
    CHECK(site.jobs().get(site.ada, job).state == JobState::aborted);
    CHECK(site.count(Action::job_aborted) == 1);
    CHECK(status_of([&] { site.release(site.ada, job); }) == Status::ERR_NOT_POSSIBLE);
    write_file(path, sealed);
    site.reopen();
    CHECK(site.release(site.ada, job) == "mounted");
}

TEST_CASE("files of jobs that are gone are removed at opening, foreign files are named and stay") {
    Site site;
    const auto folder = fs::path(site.path()) / "jobs";
    const auto orphan = to_hex(site.vault().blobs("jobs").new_name());
    write_file(folder / orphan, "an orphan");
    write_file(folder / "README", "not ours");
    site.reopen();
    CHECK(site.files() == std::vector<std::string>{"README"});
    CHECK(site.findings.size() == 1);
    CHECK(site.findings.at(0).code == "orphan-documents");
    const std::string foreign(32, 'a');
    write_file(folder / foreign, "somebody's");
    for (int opening = 0; opening < 2; ++opening) {
        site.reopen();
        CHECK(site.files().size() == 2);
        CHECK(read_file(folder / foreign) == "somebody's");
        REQUIRE(site.findings.size() == 1);
        CHECK(site.findings[0].code == "foreign-documents");
    }
}

TEST_CASE("no document, title, host name or person can be read from any file") {
    Site site;
    const std::string text = document(200'000, "MARKER-OF-THE-DOCUMENT");
    const std::vector<std::string> markers{"MARKER-OF-THE-DOCUMENT", "MARKER-OF-THE-TITLE",
                                           "marker-of-the-host", "Ada Quillfeather"};
    auto fields = site.fields(site.secure, "MARKER-OF-THE-TITLE");
    fields.host_name = "marker-of-the-host";
    const auto submit = [&](QueueId queue) {
        fields.queue = queue;
        const auto writer = site.jobs().submit(site.ada, fields);
        writer->write(as_bytes(text));
        return writer->finish();
    };
    const auto secure = submit(site.secure);
    const auto gone = submit(site.private_queue);
    check_absent(site, markers);
    CHECK(site.release(site.ada, secure) == text);
    CHECK(site.release(site.ada, gone) == text);
    check_absent(site, markers);
    site.jobs().remove(site.ada, secure);
    check_absent(site, markers);
    site.close();
    check_absent(site, markers);
}
