// One login, logout or clearing at a time at each device, so that they never overlap, without a lock held
// while the host's callbacks run.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

#include "base/id.hpp"
#include "base/ranked_mutex.hpp"

namespace myqsec::device {

/// Thread-safe.
class Turns {
 public:
    class Turn {
     public:
        Turn(Turn&& other) noexcept;
        Turn& operator=(Turn&&) = delete;
        ~Turn();

     private:
        friend class Turns;
        Turn(Turns& turns, DeviceId device) : turns_(&turns), device_(device) {}
        Turns* turns_;
        DeviceId device_;
    };

    /// Waits for others. Throws ERR_REENTRANT if this thread has it: a callback of the device called the
    /// library.
    [[nodiscard]] Turn take(DeviceId device);
    /// None if somebody has it.
    [[nodiscard]] std::optional<Turn> try_take(DeviceId device);

 private:
    RankedMutex<std::mutex> mutex_{LockRank::innermost};
    std::condition_variable_any over_;
    std::map<DeviceId, std::thread::id> taken_;
};

}  // namespace myqsec::device
