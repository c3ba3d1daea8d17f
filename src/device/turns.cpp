#include "device/turns.hpp"

#include <utility>

#include "base/error.hpp"

namespace myqsec::device {

Turns::Turn::Turn(Turn&& other) noexcept
    : turns_(std::exchange(other.turns_, nullptr)), device_(other.device_) {}

Turns::Turn::~Turn() {
    if (turns_ == nullptr) return;
    {
        const std::lock_guard lock(turns_->mutex_);
        turns_->taken_.erase(device_);
    }
    turns_->over_.notify_all();
}

Turns::Turn Turns::take(DeviceId device) {
    std::unique_lock lock(mutex_);
    const auto here = std::this_thread::get_id();
    const auto holder = taken_.find(device);
    if (holder != taken_.end() && holder->second == here) {
        fail(Status::ERR_REENTRANT, "a callback of device {} may not use the device", device.value);
    }
    over_.wait(lock, [&] { return !taken_.contains(device); });
    taken_.emplace(device, here);
    return {*this, device};
}

std::optional<Turns::Turn> Turns::try_take(DeviceId device) {
    const std::lock_guard lock(mutex_);
    if (!taken_.emplace(device, std::this_thread::get_id()).second) return std::nullopt;
    return Turn(*this, device);
}

}  // namespace myqsec::device
