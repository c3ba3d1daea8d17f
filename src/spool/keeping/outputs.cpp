#include "spool/keeping/outputs.hpp"

#include <algorithm>

#include "base/error.hpp"

namespace myqsec::spool {

Outputs::Output::Output(Outputs& outputs, JobId job, const access::Principal& principal,
                        const ClaimToken& claim)
    : outputs_(outputs) {
    const std::lock_guard lock(outputs_.mutex_);
    entry_ = outputs_.entries_.emplace(outputs_.entries_.end());
    entry_->job = job;
    entry_->principal = principal;
    entry_->claim = claim;
    entry_->thread = std::this_thread::get_id();
}

Outputs::Output::~Output() {
    {
        const std::lock_guard lock(outputs_.mutex_);
        outputs_.entries_.erase(entry_);
    }
    outputs_.over_.notify_all();
}

void Outputs::Output::check() const {
    if (entry_->stop)
        fail(Status::ERR_NOT_POSSIBLE, "job {} was cancelled or deleted, or its release stopped",
             entry_->job.value);
}

void Outputs::Output::pulled_by(std::weak_ptr<Puller> puller) {
    const std::lock_guard lock(outputs_.mutex_);
    entry_->puller = std::move(puller);
    entry_->thread = {};
}

void Outputs::refuse_own(JobId job) const {
    const std::lock_guard lock(mutex_);
    for (const auto& entry : entries_) {
        if (entry.job == job && entry.thread == std::this_thread::get_id()) {
            fail(Status::ERR_REENTRANT, "a sink may not use the job that it is being given");
        }
    }
}

bool Outputs::running(const ClaimToken& claim) const {
    const std::lock_guard lock(mutex_);
    return std::any_of(entries_.begin(), entries_.end(),
                       [&](const Entry& entry) { return entry.claim == claim; });
}

void Outputs::stop(JobId job) {
    const std::lock_guard lock(mutex_);
    for (auto& entry : entries_) {
        if (entry.job == job) entry.stop = true;
    }
}

bool Outputs::stop(SessionId session, std::chrono::milliseconds patience) {
    {
        const std::lock_guard lock(mutex_);
        for (auto& entry : entries_) {
            if (entry.principal.session != session) continue;
            if (entry.thread == std::this_thread::get_id()) {
                fail(Status::ERR_REENTRANT, "a sink may not end the session that it serves");
            }
            entry.stop = true;
        }
    }
    undo_pulled([&](const access::Principal& principal) { return principal.session == session; });
    std::unique_lock lock(mutex_);
    return over_.wait_for(lock, patience, [&] {
        return std::none_of(entries_.begin(), entries_.end(),
                            [&](const Entry& entry) { return entry.principal.session == session; });
    });
}

std::vector<Outputs::Pulling> Outputs::pullers() const {
    std::vector<Pulling> all;
    const std::lock_guard lock(mutex_);
    for (const auto& entry : entries_) {
        if (auto puller = entry.puller.lock()) all.emplace_back(entry.principal, std::move(puller));
    }
    return all;
}

}  // namespace myqsec::spool
