#include "storage/keys/shared_turn.hpp"

namespace myqsec::storage {

void SharedTurn::join(const std::function<void()>& work) {
    std::unique_lock lock(mutex_);
    if (!gathering_) gathering_ = std::make_shared<Round>();
    const auto round = gathering_;
    while (!round->ended) {
        if (working_) {
            ended_.wait(lock);
        } else {
            lead(lock, *round, work);
        }
    }
    if (round->failure) std::rethrow_exception(round->failure);
}

void SharedTurn::lead(std::unique_lock<std::mutex>& lock, Round& round, const std::function<void()>& work) {
    working_ = true;
    lock.unlock();
    std::exception_ptr failure;
    try {
        work();
    } catch (...) {
        failure = std::current_exception();
    }
    lock.lock();
    if (gathering_.get() == &round) gathering_.reset();  // it failed before it began
    round.failure = failure;
    round.ended = true;
    working_ = false;
    ended_.notify_all();
}

void SharedTurn::begin() {
    const std::lock_guard lock(mutex_);
    gathering_.reset();
}

}  // namespace myqsec::storage
