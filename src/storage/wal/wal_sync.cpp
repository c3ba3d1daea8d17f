#include "storage/wal/wal_sync.hpp"

#include <algorithm>
#include <utility>

#include "base/error.hpp"

namespace myqsec::storage {

WalSync::WalSync(File& file, CounterGuard& counter, std::string name, const WalPosition& at)
    : file_(file), counter_(counter), name_(std::move(name)), written_(at), durable_(at) {}

void WalSync::moved(const WalPosition& to) {
    const std::lock_guard lock(mutex_);
    for (WalPosition* covered : {&durable_, &syncing_to_}) {
        if (to.generation == covered->generation) covered->commits = std::min(covered->commits, to.commits);
    }
    written_ = to;
}

WalSync::Ticket WalSync::ticket() {
    const std::lock_guard lock(mutex_);
    return ++newest_;
}

WalSync::Ticket WalSync::newest() const {
    const std::lock_guard lock(mutex_);
    return newest_;
}

bool WalSync::is_durable(Ticket ticket) const {
    const std::lock_guard lock(mutex_);
    return durable_ticket_ >= ticket;
}

std::uint64_t WalSync::durable_commits(std::uint64_t generation) const {
    const std::lock_guard lock(mutex_);
    return durable_.generation == generation ? durable_.commits : 0;
}

std::uint64_t WalSync::next_counter(std::uint64_t asked) const {
    const std::lock_guard lock(mutex_);
    return counter_.next(asked, syncing_to_.counter);
}

void WalSync::wait(Ticket ticket) {
    std::unique_lock lock(mutex_);
    while (durable_ticket_ < ticket) {
        if (!failure_.empty()) fail_unknown();
        if (syncing_) {
            changed_.wait(lock);
        } else {
            lead(lock);
        }
    }
}

void WalSync::wait_for_all() noexcept {
    try {
        wait(newest());
    } catch (...) {
        return;
    }
}

/// The counter comes after the sync: it is never ahead of what is durable.
void WalSync::lead(std::unique_lock<std::mutex>& lock) {
    const Ticket ticket = newest_;
    syncing_ = true;
    syncing_to_ = written_;
    const std::uint64_t counter = written_.counter;
    lock.unlock();
    std::string failure;
    // Nothing here may throw, or the others would wait for ever.
    try {
        file_.sync();
        counter_.advance(counter);
    } catch (const std::exception& error) {
        failure = sentence_of(error);
    } catch (...) {
        failure = "reason unknown";  // short enough to need no memory
    }
    lock.lock();
    syncing_ = false;
    const WalPosition covered = std::exchange(syncing_to_, {});
    if (failure.empty()) {
        counter_.confirm(counter);
        durable_ticket_ = std::max(durable_ticket_, ticket);
        durable_ = covered;
    } else {
        failure_ = std::move(failure);
    }
    changed_.notify_all();
    if (!failure_.empty()) fail_unknown();
}

void WalSync::require_sound() const {
    const std::lock_guard lock(mutex_);
    if (!failure_.empty()) fail_unknown();
}

bool WalSync::sound() const {
    const std::lock_guard lock(mutex_);
    return failure_.empty();
}

void WalSync::fail_unknown() const {
    fail(Status::ERR_OUTCOME_UNKNOWN,
         "whether the last changes of '{}' survive is unknown until the instance is closed and opened again: "
         "{}",
         name_, failure_);
}

}  // namespace myqsec::storage
