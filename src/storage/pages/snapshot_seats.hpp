// Who reads snapshots of a database just now: as many threads at a time as there are seats.
#pragma once

#include <array>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

namespace myqsec::storage {

/// A shared mutex that knows its readers: each has a numbered seat, the same one again if it comes again
/// before it left. Who waits for a seat gets the next one that is free; who has none waits for nobody's disk.
class SnapshotSeats {
 public:
    static constexpr std::size_t count = 4;

    void lock_shared();
    void unlock_shared();
    /// Nobody reads until unlock(). Not by one that has a seat; recursive.
    void lock();
    void unlock();
    /// Returns when all who had a seat at the call, but for the caller, have left it. Others come and go
    /// meanwhile.
    void retire();

    /// That of the calling thread, which has one. The low numbers are taken first.
    [[nodiscard]] std::size_t seat() const;
    [[nodiscard]] bool is_mine() const;

 private:
    struct Seat {
        std::thread::id reader{};
        int depth = 0;
        std::uint64_t taken = 0;  ///< how many had been taken before, in all
    };
    /// The first that this thread has, or, of no thread, that is free; `count` if there is none.
    [[nodiscard]] std::size_t of(std::thread::id thread) const;

    mutable std::mutex mutex_;
    std::condition_variable free_;  ///< a seat is
    std::condition_variable left_;  ///< somebody has
    std::array<Seat, count> seats_{};
    std::uint64_t taken_ = 0;
    int leaving_ = 0;  ///< threads that wait for others to leave
    std::thread::id closed_by_{};
    int closed_ = 0;
};

}  // namespace myqsec::storage
