// kill -9 at any instant: what was acknowledged is there, what was not is there wholly or not at all, and the
// audit log tells the same story. MYQSEC_KILLS sets the number of rounds.
#include <atomic>
#include <chrono>
#include <random>
#include <thread>

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/rounds.hpp"
#include "instance_files.hpp"
#include "replay.hpp"

using namespace myqsec;
using namespace myqsec::test;
using spool::JobState;

namespace {

enum class Wish : int { none, print, remove, cancel };

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
    const auto wish = static_cast<Wish>(number / 2 % 4);
    trail.begun = wish;
    SlowSink sink;
    if (wish == Wish::print) site.jobs().release(site.ada, job, {}, sink);
    if (wish == Wish::remove) site.jobs().remove(site.ada, job);
    if (wish == Wish::cancel) site.jobs().cancel(site.ada, job);
    trail.acknowledged = wish;
    if (number % 8 == 0) site.audit().drain();
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

enum class Moment { in_traffic, while_opening };

/// Runs traffic in a process of its own and kills it.
void kill_traffic(Site& site, Shared& shared, Moment moment, std::mt19937& random) {
    shared.ready = false;
    const bool opening = moment == Moment::while_opening;
    const std::chrono::microseconds after(random() % (opening ? 10'000 : 100'000));
    const auto child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) traffic(site, shared);
    while (!opening && !shared.ready && ::waitpid(child, nullptr, WNOHANG) == 0)
        ::usleep(200);
    std::this_thread::sleep_for(after);
    REQUIRE(::kill(child, SIGKILL) == 0);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFSIGNALED(status));
}

void check_trail(const Trail& trail, const spool::Job* job) {
    const Wish begun = trail.begun;
    const bool done = trail.acknowledged != Wish::none;
    const auto after = begun == Wish::print    ? JobState::completed
                       : begun == Wish::cancel ? JobState::canceled
                                               : JobState::pending_held;
    const bool ends = begun == Wish::remove || (begun == Wish::print && trail.private_queue);
    if (job == nullptr) {
        CHECK(ends);
    } else if (done) {
        CHECK_FALSE(ends);
        CHECK(job->state == after);
    } else {
        CHECK((job->state == JobState::pending_held || (!ends && job->state == after)));
    }
}

/// Also of those that were not acknowledged: each is there with all that it was sent with.
void check_job(Site& site, const spool::Job& job) {
    const auto text = document_of(std::stoul(job.name));
    CHECK(job.size == text.size());
    CHECK(job.owner == site.ada_user);
    CHECK(job.queue == (std::stoul(job.name) % 2 == 0 ? site.private_queue : site.secure));
    CHECK(job.host_name == "workstation-7.example.org");
    if (job.state != JobState::canceled) CHECK(site.release(site.ada, job.id) == text);
}

void check_round(Site& site, const Shared& shared, Replay& replay) {
    check_nothing_half_there(site);
    replay.follow(site);
    replay.check(site);
    std::map<std::int64_t, spool::Job> jobs;
    for (const auto& job : site.jobs().list(site.ada, {}))
        jobs.emplace(job.id.value, job);
    for (std::size_t i = 0; i < std::min(shared.used.load(), Shared::most); ++i) {
        const auto& trail = shared.trails[i];
        if (trail.acknowledged_id == 0) continue;
        CAPTURE(i);
        CHECK(replay.tells_of(trail.acknowledged_id));
        const auto found = jobs.find(trail.acknowledged_id);
        check_trail(trail, found == jobs.end() ? nullptr : &found->second);
        if (found != jobs.end()) CHECK(found->second.name == std::to_string(i));
    }
    for (const auto& [id, job] : jobs)
        check_job(site, job);
}

}  // namespace

TEST_CASE("kill -9 at any instant loses no acknowledged job and splits no fact from its audit event") {
    const int wanted = rounds("MYQSEC_KILLS", 500);
    std::mt19937 random(20240611);
    std::size_t acknowledged = 0;
    std::size_t interrupted = 0;
    Site site;
    Replay replay;
    for (int kills = 0; kills < wanted;) {
        CAPTURE(kills);
        const SharedMemory memory;
        site.close();
        kill_traffic(site, *memory.shared, Moment::in_traffic, random);
        ++kills;
        for (; random() % 4 == 0 && kills < wanted; ++kills)  // recovery, too, can be killed
            kill_traffic(site, *memory.shared, Moment::while_opening, random);
        site.open(without_syncs);  // a kill takes nothing from the machine's memory
        site.log_in_everybody();
        for (const auto& finding : site.findings)
            interrupted += finding.code == "job-possibly-printed" ? 1 : 0;
        for (const auto& trail : memory.shared->trails)
            acknowledged += trail.acknowledged_id != 0 ? 1 : 0;
        check_round(site, *memory.shared, replay);
        for (const auto& job : site.jobs().list(site.ada, {}))
            site.jobs().remove(site.ada, job.id);
        CHECK(site.files().empty());
    }
    const auto head = site.audit().head();
    CHECK(site.audit().root(head.size) == head.root);
    if (wanted >= 30) CHECK(interrupted > 0);
    MESSAGE("kills: " << wanted << ", jobs acknowledged: " << acknowledged
                      << ", outputs interrupted: " << interrupted << ", audit events: " << head.size);
}
