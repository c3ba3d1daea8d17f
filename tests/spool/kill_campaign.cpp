// kill -9 at any instant: what was acknowledged is there, what was not is there wholly or not at all, and the
// audit log tells the same story. MYQSEC_KILLS sets the number of rounds.
#include <atomic>
#include <chrono>
#include <random>
#include <thread>

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/campaign.hpp"
#include "base/shared_memory.hpp"
#include "instance_files.hpp"
#include "traffic.hpp"

using namespace myqsec;
using namespace myqsec::test;

namespace {

/// Nothing may fail but by the kill.
[[noreturn]] void end_by_failure(const char* what) {
    std::fprintf(stderr, "the killed process failed by itself: %s\n", what);
    ::_exit(1);
}

[[noreturn]] void work(Site& site, Shared& shared) {
    try {
        for (;;) {
            const auto number = shared.used++;
            if (number >= Shared::most) ::pause();
            one_job(site, shared, number);
        }
    } catch (const std::exception& error) {
        end_by_failure(error.what());
    }
}

[[noreturn]] void traffic(Site& site, Shared& shared) {
    try {
        site.open();
        site.log_in_everybody();
    } catch (const std::exception& error) {
        end_by_failure(error.what());
    }
    shared.ready = true;
    const std::thread second([&] { work(site, shared); });
    work(site, shared);
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
    ::kill(child, SIGKILL);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFSIGNALED(status));
    REQUIRE(WTERMSIG(status) == SIGKILL);
}

}  // namespace

TEST_CASE("kill -9 at any instant loses no acknowledged job and splits no fact from its audit event") {
    const Rounds wanted("MYQSEC_KILLS", 500);
    std::mt19937 random(20240611);
    std::size_t acknowledged = 0;
    std::size_t interrupted = 0;
    Site site;
    Replay replay;
    int kills = 0;
    while (wanted.more(kills)) {
        CAPTURE(kills);
        const SharedMemory<Shared> shared;
        site.close();
        kill_traffic(site, *shared, Moment::in_traffic, random);
        ++kills;
        for (; random() % 4 == 0 && wanted.more(kills); ++kills)  // recovery, too, can be killed
            kill_traffic(site, *shared, Moment::while_opening, random);
        site.open(without_syncs);  // a kill takes nothing from the machine's memory
        site.log_in_everybody();
        for (const auto& finding : site.findings)
            interrupted += finding.code == "job-possibly-printed" ? 1 : 0;
        for (const auto& trail : shared->trails)
            acknowledged += trail.acknowledged_id != 0 ? 1 : 0;
        check_round(site, *shared, replay);
        for (const auto& job : site.jobs().list(site.ada, {}))
            site.jobs().remove(site.ada, job.id);
        CHECK(site.files().empty());
    }
    const auto head = site.audit().head(site.auditor());
    CHECK(site.audit().root(site.auditor(), head.size) == head.root);
    if (kills >= 30) CHECK(interrupted > 0);
    MESSAGE("kills: " << kills << ", jobs acknowledged: " << acknowledged
                      << ", outputs interrupted: " << interrupted << ", audit events: " << head.size);
}
