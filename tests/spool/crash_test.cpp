// kill -9 at any instant: what was acknowledged is there, what was not is there wholly or not at all, and the
// audit log tells the same story. MYQSEC_KILLS sets the number of rounds.
#include <atomic>
#include <cstdlib>
#include <map>
#include <random>
#include <set>
#include <thread>

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "site.hpp"

using namespace myqsec;
using namespace myqsec::test;
using audit::Action;
using spool::JobState;

namespace {

enum class Wish : int { none, print, remove };

/// What one job went through, written by the process that will be killed.
struct Trail {
    std::atomic<std::int64_t> acknowledged_id;  // 0 until finish() has returned
    std::atomic<bool> private_queue;
    std::atomic<Wish> begun;
    std::atomic<Wish> acknowledged;
};

struct Shared {
    static constexpr std::size_t most = 4096;
    std::atomic<bool> ready;
    std::atomic<std::size_t> used;
    Trail trails[most];
};

struct SharedMemory {
    SharedMemory()
        : shared(static_cast<Shared*>(
              ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0))) {
        REQUIRE(static_cast<void*>(shared) != MAP_FAILED);
    }
    SharedMemory(const SharedMemory&) = delete;
    SharedMemory& operator=(const SharedMemory&) = delete;
    ~SharedMemory() { ::munmap(shared, sizeof(Shared)); }
    Shared* shared;
};

/// The job's name says what its document must be.
std::string document_of(std::size_t number) {
    return document(number * 7919 % 150'000, std::to_string(number));
}

/// A printer slow enough to be killed while it prints.
class SlowSink final : public spool::ReleaseSink {
 public:
    void write(ByteView) override { std::this_thread::sleep_for(std::chrono::microseconds(300)); }
    void finish() override {}
};

void one_job(Site& site, Shared& shared, std::size_t number) {
    auto& trail = shared.trails[number];
    trail.private_queue = number % 2 == 0;
    const auto writer = site.jobs().submit(
        site.ada,
        site.fields(trail.private_queue ? site.private_queue : site.secure, std::to_string(number)));
    writer->write(as_bytes(document_of(number)));
    const auto job = writer->finish();
    trail.acknowledged_id = job.value;
    const auto wish = static_cast<Wish>(number / 2 % 3);
    trail.begun = wish;
    SlowSink sink;
    if (wish == Wish::print) site.jobs().release(site.ada, job, {}, sink);
    if (wish == Wish::remove) site.jobs().remove(site.ada, job);
    trail.acknowledged = wish;
}

[[noreturn]] void traffic(Site& site, Shared& shared) {
    try {
        site.open();
        site.log_in_everybody();
        shared.ready = true;
        const auto work = [&] {
            for (;;) {
                const auto number = shared.used++;
                if (number >= Shared::most) ::pause();
                one_job(site, shared, number);
            }
        };
        std::thread second(work);
        work();
    } catch (...) {
    }
    ::_exit(1);
}

/// Runs traffic in a process of its own and kills it.
void kill_traffic(Site& site, Shared& shared, std::chrono::microseconds after) {
    const auto child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) traffic(site, shared);
    while (!shared.ready && ::waitpid(child, nullptr, WNOHANG) == 0)
        ::usleep(200);
    std::this_thread::sleep_for(after);
    REQUIRE(::kill(child, SIGKILL) == 0);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFSIGNALED(status));
}

/// What the audit log says about each job.
struct Story {
    std::size_t held = 0;
    std::size_t released = 0;
    std::size_t possibly_printed = 0;
    bool gone = false;
};

std::map<std::int64_t, Story> stories(Site& site, std::int64_t& from) {
    std::map<std::int64_t, Story> all;
    for (const auto& event : site.audit().list(from, 1'000'000)) {
        from = event.sequence + 1;
        if (event.object.kind != audit::ObjectKind::job) continue;
        auto& story = all[event.object.id];
        story.held += event.action == Action::job_held ? 1 : 0;
        story.released += event.action == Action::job_released ? 1 : 0;
        story.possibly_printed += event.action == Action::job_possibly_printed ? 1 : 0;
        const bool erased =
            event.action == Action::job_released && event.changes.at(0).new_value == "deleted";
        story.gone = story.gone || erased || event.action == Action::job_deleted;
    }
    return all;
}

void check_trail(const Trail& trail, const spool::Job* job) {
    const Wish begun = trail.begun;
    if (trail.acknowledged != Wish::none) {
        const bool must_be_gone = begun == Wish::remove || trail.private_queue;
        CHECK((job == nullptr) == must_be_gone);
        if (job != nullptr) CHECK(job->state == JobState::completed);
    } else if (begun == Wish::none) {
        REQUIRE(job != nullptr);
        CHECK(job->state == JobState::pending_held);
    } else if (job != nullptr && begun == Wish::remove) {
        CHECK(job->state == JobState::pending_held);
    }
}

void check_round(Site& site, const Shared& shared, std::int64_t& from) {
    const auto told = stories(site, from);
    std::map<std::int64_t, spool::Job> jobs;
    for (const auto& job : site.jobs().list(site.ada, {}))
        jobs.emplace(job.id.value, job);
    CHECK(site.files().size() == jobs.size());

    for (const auto& [id, story] : told) {
        CHECK(story.held == 1);
        CHECK(story.gone != jobs.contains(id));
    }
    for (const auto& [id, job] : jobs) {
        REQUIRE(told.contains(id));
        const auto& story = told.at(id);
        CHECK(job.releases == static_cast<std::int64_t>(story.released));
        CHECK((job.reasons == "job-hold-until-specified possibly-printed") == (story.possibly_printed > 0));
        CHECK(site.release(site.ada, job.id, job.queue == site.secure) == document_of(std::stoul(job.name)));
    }
    for (std::size_t i = 0; i < std::min(shared.used.load(), Shared::most); ++i) {
        const auto& trail = shared.trails[i];
        if (trail.acknowledged_id == 0) continue;
        const auto found = jobs.find(trail.acknowledged_id);
        CHECK(told.contains(trail.acknowledged_id));
        check_trail(trail, found == jobs.end() ? nullptr : &found->second);
    }
}

}  // namespace

TEST_CASE("kill -9 at any instant loses no acknowledged job and splits no fact from its audit event") {
    const char* wanted = std::getenv("MYQSEC_KILLS");
    const int rounds = wanted != nullptr ? std::atoi(wanted) : 30;
    std::mt19937 random(20240611);
    std::size_t interrupted = 0;
    std::int64_t from = 1;
    Site site;
    (void)stories(site, from);
    for (int round = 0; round < rounds; ++round) {
        CAPTURE(round);
        SharedMemory memory;
        site.close();
        kill_traffic(site, *memory.shared, std::chrono::microseconds(random() % 150'000));
        site.open();
        site.log_in_everybody();
        for (const auto& finding : site.findings)
            interrupted += finding.code == "job-possibly-printed" ? 1 : 0;
        check_round(site, *memory.shared, from);
        for (const auto& job : site.jobs().list(site.ada, {}))
            site.jobs().remove(site.ada, job.id);
        CHECK(site.files().empty());
        (void)stories(site, from);
    }
    if (rounds >= 30) CHECK(interrupted > 0);
}

TEST_CASE("a crash during output leaves the job held as possibly printed") {
    Site site;
    const auto job = site.submit(site.ada, site.private_queue, document(500'000));
    site.close();
    SharedMemory memory;
    const auto child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        site.open();
        site.log_in_everybody();
        TraySink tray;
        tray.before_write = [&] {
            if (tray.printed.size() > 200'000) ::kill(::getpid(), SIGKILL);
        };
        site.jobs().release(site.ada, job, {}, tray);
        ::_exit(1);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFSIGNALED(status));
    site.open();
    site.log_in_everybody();
    CHECK(site.findings.size() == 1);
    const auto held = site.jobs().get(site.ada, job);
    CHECK(held.state == JobState::pending_held);
    CHECK(held.reasons == "job-hold-until-specified possibly-printed");
    CHECK(site.count(Action::job_possibly_printed) == 1);
    CHECK(site.release(site.ada, job) == document(500'000));
}
