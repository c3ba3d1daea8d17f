// A mutex with its place in the lock order of docs/locking.md. Where MYQSEC_LOCK_ORDER_CHECKED is 1, as in
// debug builds, taking one out of order ends the process, on the first run that does it and not on the one
// that deadlocks. Elsewhere it is the bare mutex.
#pragma once

#include <cstdint>

#ifndef MYQSEC_LOCK_ORDER_CHECKED
#ifdef NDEBUG
#define MYQSEC_LOCK_ORDER_CHECKED 0
#else
#define MYQSEC_LOCK_ORDER_CHECKED 1
#endif
#endif

namespace myqsec {

/// In the order in which one thread takes them; of those with the same rank it holds one at a time. From
/// `innermost` on nothing else is taken, nor the host called.
enum class LockRank : std::uint8_t {
    job_conversion,
    document_check,
    audit_maintenance,
    audit_move,
    release,
    main_database,
    main_snapshot,
    log_database,
    log_snapshot,
    keystore,
    blob_store,
    innermost,
    unranked,  ///< out of the order: a database that is no instance's
};

#if MYQSEC_LOCK_ORDER_CHECKED

/// This thread's part in the order.
namespace lock_order {
/// Before it waits for a lock: aborts, naming both ranks, if this thread holds one that comes later.
void check(const void* mutex, LockRank rank) noexcept;
void taken(const void* mutex, LockRank rank) noexcept;
void released(const void* mutex) noexcept;
}  // namespace lock_order

/// For std::unique_lock, std::shared_lock and std::condition_variable_any, as `Mutex` itself. One that is
/// recursive may be taken again at any time.
template <class Mutex>
class RankedMutex {
 public:
    explicit RankedMutex(LockRank rank) : rank_(rank) {}

    void lock() {
        lock_order::check(this, rank_);
        mutex_.lock();
        lock_order::taken(this, rank_);
    }
    /// Waits for nothing, so that any order will do.
    bool try_lock() {
        const bool done = mutex_.try_lock();
        if (done) lock_order::taken(this, rank_);
        return done;
    }
    void unlock() {
        lock_order::released(this);
        mutex_.unlock();
    }
    void lock_shared() {
        lock_order::check(this, rank_);
        mutex_.lock_shared();
        lock_order::taken(this, rank_);
    }
    bool try_lock_shared() {
        const bool done = mutex_.try_lock_shared();
        if (done) lock_order::taken(this, rank_);
        return done;
    }
    void unlock_shared() {
        lock_order::released(this);
        mutex_.unlock_shared();
    }
    [[nodiscard]] bool is_mine() const { return mutex_.is_mine(); }  ///< of one that knows its threads
    /// Of the same: waits for those that others hold now.
    void retire() {
        lock_order::check(this, rank_);
        mutex_.retire();
    }
    [[nodiscard]] auto seat() const { return mutex_.seat(); }

 private:
    Mutex mutex_;
    LockRank rank_;
};

#else

template <class Mutex>
class RankedMutex : public Mutex {
 public:
    explicit RankedMutex(LockRank /*rank*/) {}
};

#endif

}  // namespace myqsec
