#include "storage/pages/snapshot_seats.hpp"

#include <algorithm>

namespace myqsec::storage {

std::size_t SnapshotSeats::of(std::thread::id thread) const {
    return static_cast<std::size_t>(std::ranges::find(seats_, thread, &Seat::reader) - seats_.begin());
}

void SnapshotSeats::lock_shared() {
    const auto me = std::this_thread::get_id();
    std::unique_lock lock(mutex_);
    auto seat = of(me);
    if (seat < count) {
        ++seats_[seat].depth;
        return;
    }
    free_.wait(lock, [&] { return closed_ == 0 && (seat = of({})) < count; });
    seats_[seat] = {me, 1, ++taken_};
}

void SnapshotSeats::unlock_shared() {
    const std::lock_guard lock(mutex_);
    Seat& mine = seats_[of(std::this_thread::get_id())];
    if (--mine.depth > 0) return;
    mine = {};
    free_.notify_one();
    if (leaving_ > 0) left_.notify_all();
}

void SnapshotSeats::lock() {
    const auto me = std::this_thread::get_id();
    std::unique_lock lock(mutex_);
    ++leaving_;
    left_.wait(lock, [&] { return closed_ == 0 || closed_by_ == me; });
    closed_by_ = me;
    ++closed_;  // nobody new, or they might never all be gone
    left_.wait(lock,
               [&] { return std::ranges::all_of(seats_, [](const Seat& seat) { return seat.depth == 0; }); });
    --leaving_;
}

void SnapshotSeats::unlock() {
    const std::lock_guard lock(mutex_);
    if (--closed_ > 0) return;
    closed_by_ = {};
    free_.notify_all();
    if (leaving_ > 0) left_.notify_all();
}

void SnapshotSeats::retire() {
    const auto me = std::this_thread::get_id();
    std::unique_lock lock(mutex_);
    const auto newest = taken_;
    const auto gone = [&](const Seat& seat) {
        return seat.depth == 0 || seat.taken > newest || seat.reader == me;
    };
    ++leaving_;
    left_.wait(lock, [&] { return std::ranges::all_of(seats_, gone); });
    --leaving_;
}

std::size_t SnapshotSeats::seat() const {
    const std::lock_guard lock(mutex_);
    return of(std::this_thread::get_id());
}

bool SnapshotSeats::is_mine() const {
    const std::lock_guard lock(mutex_);
    return of(std::this_thread::get_id()) < count;
}

}  // namespace myqsec::storage
