#include "crypto/container/chunk_line.hpp"

#include <array>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>

#include "base/error.hpp"

namespace myqsec::crypto {

/// Both threads own it, for the lent one may begin when the line has long been closed.
struct ChunkLine::Shared {
    explicit Shared(const Work& with) : work(with) {}

    struct Chunk {
        bool last = false;
        ByteSpan bytes;
    };

    const Work& work;
    const std::thread::id owner = std::this_thread::get_id();
    std::mutex lock;
    std::condition_variable changed;
    std::array<Chunk, longest> chunks;  ///< chunk i at i % longest
    std::uint64_t added = 0;
    std::uint64_t taken = 0;
    std::uint64_t done = 0;      ///< taken, or one less while somebody works
    std::exception_ptr failure;  ///< of the chunk done last
    bool closed = false;

    bool work_on_next(std::unique_lock<std::mutex>& guard);
    void serve();
};

/// False if there is nothing to do, or somebody is doing it.
bool ChunkLine::Shared::work_on_next(std::unique_lock<std::mutex>& guard) {
    if (taken != done || taken == added || failure) return false;
    const std::uint64_t index = taken++;
    const Chunk chunk = chunks[index % longest];
    guard.unlock();
    std::exception_ptr thrown;
    try {
        work(index, chunk.last, chunk.bytes);
    } catch (...) {
        thrown = std::current_exception();
    }
    guard.lock();
    failure = std::move(thrown);
    ++done;
    changed.notify_one();
    return true;
}

void ChunkLine::Shared::serve() {
    if (std::this_thread::get_id() == owner) return;  // a host that lends the thread it calls from lends none
    std::unique_lock guard(lock);
    while (!closed)
        if (!work_on_next(guard)) changed.wait(guard);
}

ChunkLine::ChunkLine(const Work& work, const LendThread& lend) : work_(work) {
    if (!lend) return;
    auto shared = std::make_shared<Shared>(work);
    auto for_thread = std::make_unique<std::shared_ptr<Shared>>(shared);
    const auto task = [](void* context) noexcept {
        const std::unique_ptr<std::shared_ptr<Shared>> own(static_cast<std::shared_ptr<Shared>*>(context));
        (*own)->serve();
    };
    if (!lend(task, for_thread.get())) return;
    (void)for_thread.release();
    shared_ = std::move(shared);
}

ChunkLine::~ChunkLine() {
    close();
}

void ChunkLine::expect_own_process() const {
    if (generation_ == fork_generation()) return;
    fail(Status::ERR_FORKED, "the parent of this process began this container, and goes on with it");
}

void ChunkLine::add(bool last, ByteSpan chunk) {
    expect_own_process();
    const std::uint64_t index = added_++;
    if (!shared_) return work_(index, last, chunk);
    if (index >= longest) wait(index + 1 - longest);
    const std::lock_guard guard(shared_->lock);
    shared_->chunks[index % longest] = {last, chunk};
    shared_->added = added_;
    shared_->changed.notify_one();
}

void ChunkLine::wait(std::uint64_t count) {
    expect_own_process();
    if (!shared_) return;
    std::unique_lock guard(shared_->lock);
    while (shared_->done < count && !shared_->failure)
        if (!shared_->work_on_next(guard)) shared_->changed.wait(guard);
    if (shared_->failure && count >= shared_->done) std::rethrow_exception(shared_->failure);
}

void ChunkLine::close() noexcept {
    if (!shared_ || generation_ != fork_generation()) return;  // a child's lock may be held for ever
    std::unique_lock guard(shared_->lock);
    shared_->closed = true;
    shared_->changed.notify_one();
    shared_->changed.wait(guard, [this] { return shared_->taken == shared_->done; });
    shared_->failure = nullptr;  // freed in the thread that it was thrown to
}

}  // namespace myqsec::crypto
