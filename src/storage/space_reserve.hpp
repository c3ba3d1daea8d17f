// Room on the disk that is kept back, so that a full disk never stops what frees it: deletion, expiry,
// logout, opening.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>

#include "base/folder.hpp"
#include "base/ranked_mutex.hpp"

namespace myqsec::storage {

/// A preallocated file in the instance's folder. Thread-safe.
class SpaceReserve {
 public:
    static constexpr std::string_view file_name = "reserve";

    /// The folder outlives it.
    explicit SpaceReserve(Folder& home) : home_(home) {}

    /// Takes so much room, or gives back what is more, where twice as much is free. False if it has less than
    /// that.
    bool keep(std::uint64_t size);
    /// Gives all of it to who needs it now. False if there was none.
    [[nodiscard]] bool release() noexcept;
    /// It was given away, and can't be taken again yet.
    [[nodiscard]] bool is_spent() { return spent_ && !keep(size_); }

 private:
    Folder& home_;
    RankedMutex<std::mutex> mutex_{LockRank::innermost};
    std::atomic<std::uint64_t> size_ = 0;  ///< to be kept
    std::atomic<bool> spent_ = false;
};

/// The folder, whose writes take the reserve where the disk is full. But not those of unnamed files, nor
/// their naming: a document that comes in may not. Folder and reserve outlive it.
[[nodiscard]] std::unique_ptr<Folder> with_reserve(Folder& folder, SpaceReserve& reserve);

}  // namespace myqsec::storage
