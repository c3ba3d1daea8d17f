#include "storage/wal/wal_sync.hpp"

#include <algorithm>

#include "base/error.hpp"

namespace myqsec::storage {

WalSync::WalSync(File& file, CounterGuard& counter, std::string name, const WalPosition& at)
    : file_(file), counter_(counter), name_(std::move(name)), written_(at), durable_(at) {}

void WalSync::moved(const WalPosition& to) {
    const std::lock_guard lock(mutex_);
    if (to.generation == written_.generation && to.commits < written_.commits) ++taken_back_;
    if (to.generation == durable_.generation) durable_.commits = std::min(durable_.commits, to.commits);
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

std::uint64_t WalSync::durable_commits(std::uint64_t generation) const {
    const std::lock_guard lock(mutex_);
    return durable_.generation == generation ? durable_.commits : 0;
}

std::uint64_t WalSync::next_counter(std::uint64_t asked) const {
    const std::lock_guard lock(mutex_);
    return counter_.next(asked, confirming_);
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
    const WalPosition position = written_;
    const Ticket ticket = newest_;
    const std::uint64_t taken_back = taken_back_;
    syncing_ = true;
    confirming_ = position.counter;
    lock.unlock();
    std::string failure;
    try {
        file_.sync();
        counter_.advance(position.counter);
    } catch (const Error& error) {
        failure = error.what();
    } catch (...) {
        failure = "the sync ended for a reason unknown";
    }
    lock.lock();
    syncing_ = false;
    confirming_ = 0;
    if (failure.empty()) {
        counter_.confirm(position.counter);
        durable_ticket_ = std::max(durable_ticket_, ticket);
        if (taken_back == taken_back_) durable_ = position;
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
