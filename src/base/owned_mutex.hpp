// A recursive mutex that can tell whether the thread that asks holds it.
#pragma once

#include <atomic>
#include <mutex>
#include <thread>

namespace myqsec {

class OwnedMutex {
 public:
    void lock() {
        mutex_.lock();
        take();
    }
    bool try_lock() {
        if (!mutex_.try_lock()) return false;
        take();
        return true;
    }
    void unlock() {
        if (--depth_ == 0) owner_.store(std::thread::id(), std::memory_order_relaxed);
        mutex_.unlock();
    }
    /// Another thread's answer may be out of date at once; this one's never is.
    [[nodiscard]] bool is_mine() const {
        return owner_.load(std::memory_order_relaxed) == std::this_thread::get_id();
    }

 private:
    void take() {
        if (depth_++ == 0) owner_.store(std::this_thread::get_id(), std::memory_order_relaxed);
    }

    std::recursive_mutex mutex_;
    std::atomic<std::thread::id> owner_{};
    int depth_ = 0;  ///< guarded by the mutex
};

}  // namespace myqsec
