#include "storage/keys/shared_turn.hpp"

#include <new>
#include <utility>

#include "base/error.hpp"

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
    if (round->failed) fail(round->status, "the key tree could not be turned: {}", round->sentence);
}

void SharedTurn::lead(std::unique_lock<std::mutex>& lock, Round& round, const std::function<void()>& work) {
    working_ = true;
    lock.unlock();
    bool failed = true;
    auto status = Status::ERR_INTERNAL;
    std::string sentence;
    // Nothing here may throw, or the others would wait for ever.
    try {
        work();
        failed = false;
    } catch (const Error& error) {
        status = error.status();
        sentence = sentence_of(error);
    } catch (const std::bad_alloc& error) {
        status = Status::ERR_OUT_OF_MEMORY;
        sentence = sentence_of(error);
    } catch (const std::exception& error) {
        sentence = sentence_of(error);
    } catch (...) {
        status = Status::ERR_INTERNAL;
    }
    lock.lock();
    if (gathering_.get() == &round) gathering_.reset();  // it failed before it began
    round.failed = failed;
    round.status = status;
    round.sentence = std::move(sentence);
    round.ended = true;
    working_ = false;
    ended_.notify_all();
}

void SharedTurn::begin() {
    const std::lock_guard lock(mutex_);
    gathering_.reset();
}

}  // namespace myqsec::storage
