// Jobs and files are compared a bounded piece at a time, at opening and in ticks, while everything goes on.
#include <atomic>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <thread>

#include <doctest/doctest.h>

#include "base/fault_folder.hpp"
#include "site.hpp"
#include "spool/records/job_store.hpp"
#include "storage/orphan_collection.hpp"

using namespace myqsec;
using namespace myqsec::test;
using audit::Action;
using spool::JobState;

namespace {

constexpr std::size_t step = 500;
constexpr std::size_t files_at_opening = 100;

/// Whatever `is_known` of the spool's own comparison disowns, once through.
std::uint64_t collect(Site& site) {
    storage::OrphanCollection pass(site.vault().blobs(spool::documents_folder));
    const auto is_known = [&](const storage::BlobName& name) {
        return spool::store::has_document(site.vault().main(), name);
    };
    while (pass.step(step, is_known, [&] { site.vault().main().wait_durable(); })) {
    }
    return pass.found().removed;
}

std::string path_of(const Site& site, const storage::BlobName& name) {
    return site.path() + "/jobs/" + to_hex(name);
}

/// Jobs with the row of one that is there, each with a file of its own.
std::vector<storage::BlobName> add_jobs(Site& site, JobId like, std::size_t count) {
    std::vector<storage::BlobName> names;
    storage::Transaction transaction(site.vault().main());
    for (std::size_t i = 0; i < count; ++i) {
        names.push_back(site.vault().blobs(spool::documents_folder).new_name());
        std::ofstream(path_of(site, names.back())) << "sealed";
        site.vault().main().run(
            "INSERT INTO job (uuid, blob, queue, owner, leaf, name, host_name, document_format, size, state, "
            "reasons, submitted, expires, releases) SELECT randomblob(16), $1, queue, owner, leaf, name, "
            "host_name, document_format, size, state, reasons, submitted, expires, 0 FROM job WHERE id = $2",
            names.back(), like);
    }
    transaction.commit();
    return names;
}

std::size_t count_jobs(Site& site, JobState state) {
    auto rows = site.vault().main().query("SELECT count(*) FROM job WHERE state = $1", state);
    REQUIRE(rows.next());
    return static_cast<std::size_t>(rows.integer(0));
}

int ticks_until_compared(Site& site) {
    int ticks = 1;
    while (site.jobs().tick(site.system) <= site.clock.now())
        ++ticks;
    return ticks;
}

/// How often an opening asks the folder of documents for anything.
std::size_t questions_at_opening(Site& site) {
    const auto plan = std::make_shared<FaultPlan>();
    std::size_t questions = 0;
    plan->before = [&](std::string_view object) {
        if (object == "list" || object.size() == 32) ++questions;
    };
    site.close();
    site.open([&](auto folder) { return std::make_unique<FaultFolder>(std::move(folder), plan); });
    plan->before = nullptr;
    return questions;
}

}  // namespace

TEST_CASE("an opening looks at as many jobs and files, however many there are") {
    Site site;
    const auto job = site.submit(site.ada, site.secure, "the first");
    add_jobs(site, job, 700);
    const auto few = questions_at_opening(site);
    CHECK(few >= step + files_at_opening);
    CHECK(few < step + 3 * files_at_opening);  // each is listed, and looked at
    add_jobs(site, job, 1300);
    CHECK(questions_at_opening(site) == few);
    CHECK(site.findings.empty());
    CHECK(ticks_until_compared(site) ==
          4);  // 2,001 jobs and files, and one step to see that there are no more
    CHECK(site.jobs().take_findings().empty());
    CHECK(ticks_until_compared(site) == 1);
}

TEST_CASE("what an opening has not reached is found by the ticks, and told") {
    Site site;
    const auto job = site.submit(site.ada, site.secure, "the first");
    const auto names = add_jobs(site, job, 1200);
    for (std::size_t i = 0; i < names.size(); i += 100)
        std::filesystem::remove(path_of(site, names[i]));
    const auto late = names[1100];
    for (int i = 0; i < 900; ++i)
        std::ofstream(path_of(site, site.vault().blobs("jobs").new_name())) << "an orphan";
    std::ofstream(site.path() + "/jobs/" + std::string(32, 'a')) << "somebody's";
    site.reopen([](instance::Instance& opened) { opened.recover(instance::Birth::opened); });
    CHECK(count_jobs(site, JobState::aborted) == 5);
    CHECK(site.instance().findings().size() == 1);
    while (site.instance().tick(site.system) <= site.clock.now()) {
    }
    CHECK(count_jobs(site, JobState::aborted) == 12);
    CHECK(site.count(Action::job_aborted) == 12);
    CHECK(site.files().size() == 1 + 1200 - 12 + 1);  // the foreign one, and the folder's mark
    std::map<std::string, std::string> told;
    for (const auto& finding : site.instance().findings())
        told[finding.code] += finding.sentence + "\n";
    CHECK(told.size() == 3);
    CHECK(told["orphan-documents"].starts_with("900 files"));
    CHECK(told["foreign-documents"].starts_with("1 files"));
    CHECK(told["job-document-missing"].find("5 jobs, from 2 to 402,") != std::string::npos);
    CHECK(told["job-document-missing"].find("5 jobs, from 502 to 902,") != std::string::npos);

    std::ofstream(path_of(site, late)) << "sealed";
    site.reopen();
    ticks_until_compared(site);
    CHECK(count_jobs(site, JobState::aborted) == 11);
    const auto found = site.jobs().take_findings();
    REQUIRE(found.size() >= 1);
    CHECK(found[0].code == "job-document-found");
    CHECK(found[0].sentence == "the document of job 1102 is there again: the job is held");
}

TEST_CASE("a folder of documents that is empty though there are jobs is told at once, and again") {
    Site site;
    const auto job = site.submit(site.ada, site.secure, "mounted");
    std::filesystem::rename(site.path() + "/jobs", site.path() + "/elsewhere");
    for (int opening = 0; opening < 2; ++opening) {
        site.reopen();
        REQUIRE_FALSE(site.findings.empty());
        CHECK(site.findings.back().code == "documents-missing");
    }
    site.close();
    std::filesystem::remove(site.path() + "/jobs");
    std::filesystem::rename(site.path() + "/elsewhere", site.path() + "/jobs");
    site.reopen();
    REQUIRE(site.findings.size() == 1);
    CHECK(site.findings[0].code == "job-document-found");
    CHECK(site.release(site.ada, job) == "mounted");
}

TEST_CASE("no document is taken for an orphan between its name and its row") {
    Site site;
    const auto plan = std::make_shared<FaultPlan>();
    site.close();
    site.open([&](auto folder) { return std::make_unique<FaultFolder>(std::move(folder), plan); });
    site.log_in_everybody();
    std::set<std::string, std::less<>> about_to_be_named;
    int collected = 0;
    plan->before = [&](std::string_view object) {
        if (object.size() != 32) return;
        const std::string name(object);
        if (!std::filesystem::exists(site.path() + "/jobs/" + name)) {
            about_to_be_named.insert(name);
        } else if (about_to_be_named.erase(name) == 1) {  // the sync of its link
            CHECK(collect(site) == 0);
            ++collected;
        }
    };
    const auto job = site.submit(site.ada, site.secure, "coming in");
    CHECK(collected == 1);
    spool::QueueFields fields;
    fields.encrypted = false;
    site.change_queue(site.secure, fields);
    site.jobs().tick(site.system);
    CHECK(collected == 2);
    plan->before = nullptr;
    CHECK(site.release(site.ada, job, true) == "coming in");
    CHECK(site.files().size() == 1);
}

TEST_CASE("threads submit, convert and delete while files without a job are collected") {
    Site site;
    std::atomic<bool> over = false;
    std::thread collecting([&] {
        while (!over)
            collect(site);
    });
    std::thread ticking([&] {
        for (int round = 0; !over; ++round) {
            spool::QueueFields fields;
            fields.encrypted = round % 2 == 0;
            site.change_queue(site.secure, fields);
            site.jobs().tick(site.system);
        }
    });
    std::vector<std::thread> submitting;
    std::atomic<std::size_t> left = 0;
    for (const auto& who : {site.ada, site.bob}) {
        submitting.emplace_back([&, who] {
            for (int round = 0; round < 60; ++round) {
                const auto job = site.submit(who, site.secure, document(2000));
                if (round % 3 == 0) {
                    CHECK(site.release(who, job, true) == document(2000));
                    site.jobs().remove(who, job);
                } else {
                    ++left;
                }
            }
        });
    }
    for (auto& thread : submitting)
        thread.join();
    over = true;
    collecting.join();
    ticking.join();
    collect(site);
    CHECK(site.files().size() == left);
    site.reopen();
    CHECK(site.findings.empty());
    for (const auto& job : site.jobs().list(site.root, {}, {.limit = 1000}))
        CHECK(site.release(site.root, job.id) == document(2000));
    CHECK(site.count(Action::job_release_failed) == 0);
}
