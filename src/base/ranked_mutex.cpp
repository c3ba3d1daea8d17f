#include "base/ranked_mutex.hpp"

#if MYQSEC_LOCK_ORDER_CHECKED

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <span>

namespace myqsec::lock_order {

namespace {

struct Held {
    const void* mutex = nullptr;
    LockRank rank{};
};

constexpr std::size_t most_held = 32;

// In the order of taking. Fixed, so that nothing has to be destroyed when a thread or the library ends.
constinit thread_local std::array<Held, most_held> held{};
constinit thread_local std::size_t held_count = 0;

std::span<Held> held_now() {
    return std::span(held).first(held_count);
}

}  // namespace

void check(const void* mutex, LockRank rank) noexcept {
    if (rank == LockRank::unranked) return;
    const auto now = held_now();
    if (std::ranges::find(now, mutex, &Held::mutex) != now.end()) return;  // a recursive one
    for (const auto& other : now) {
        if (other.rank < rank) continue;
        std::fprintf(stderr, "lock order: rank %d is taken while rank %d is held; see docs/locking.md\n",
                     static_cast<int>(rank), static_cast<int>(other.rank));
        std::abort();
    }
}

void taken(const void* mutex, LockRank rank) noexcept {
    if (rank == LockRank::unranked) return;
    if (held_count == most_held) std::abort();
    held[held_count++] = {mutex, rank};
}

void released(const void* mutex) noexcept {
    const auto now = held_now();
    const auto last =
        std::find_if(now.rbegin(), now.rend(), [&](const Held& one) { return one.mutex == mutex; });
    if (last == now.rend()) return;  // taken by another thread: the lock was handed over
    std::copy(last.base(), now.end(), last.base() - 1);
    --held_count;
}

}  // namespace myqsec::lock_order

#endif
