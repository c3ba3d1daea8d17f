// Jobs that come and go, each with a trail of what was wished and acknowledged, and what must be so after any
// crash.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <thread>

#include "replay.hpp"
#include "site.hpp"

namespace myqsec::test {

using spool::JobState;

enum class Wish : int { none, print, remove, cancel };

/// What one job went through, written by the process that will be killed.
struct Trail {
    std::atomic<std::int64_t> acknowledged_id;  // 0 until finish() has returned
    std::atomic<bool> private_queue;
    std::atomic<Wish> begun;
    std::atomic<Wish> acknowledged;
};

/// The trails of many jobs, by number.
struct Shared {
    static constexpr std::size_t most = 4096;
    std::atomic<bool> ready;
    std::atomic<std::size_t> used;
    Trail trails[most];
};

/// The job's name says what its document must be.
inline std::string document_of(std::size_t number) {
    return document(number * 7919 % 150'000, std::to_string(number));
}

/// A printer slow enough to be killed while it prints.
class SlowSink final : public spool::ReleaseSink {
 public:
    void write(ByteView) override { std::this_thread::sleep_for(std::chrono::microseconds(300)); }
    void finish() override {}
};

inline void one_job(Site& site, Shared& shared, std::size_t number) {
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

inline void check_trail(const Trail& trail, const spool::Job* job) {
    const Wish begun = trail.begun;
    const bool done = trail.acknowledged != Wish::none;
    const auto after = begun == Wish::print    ? JobState::completed
                       : begun == Wish::cancel ? JobState::canceled
                                               : JobState::pending_held;
    const bool ends = begun == Wish::remove || (begun != Wish::none && trail.private_queue);
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
inline void check_job(Site& site, const spool::Job& job) {
    const auto text = document_of(std::stoul(job.name));
    CHECK(job.size == text.size());
    CHECK(job.owner == site.ada_user);
    CHECK(job.queue == (std::stoul(job.name) % 2 == 0 ? site.private_queue : site.secure));
    CHECK(job.host_name == "workstation-7.example.org");
    if (job.state != JobState::canceled) CHECK(site.release(site.ada, job.id) == text);
}

inline void check_round(Site& site, const Shared& shared, Replay& replay) {
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

}  // namespace myqsec::test
