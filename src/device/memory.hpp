// What sessions leave in a device's memory, and the host's callback that erases it.
#pragma once

#include <map>
#include <mutex>

#include "base/ranked_mutex.hpp"
#include "device/device.hpp"
#include "spool/jobs.hpp"
#include "spool/records/context.hpp"

namespace myqsec::device {

/// Thread-safe. The caller has the device's turn and no transaction.
class Memory {
 public:
    Memory(const spool::Context& context, spool::Jobs& jobs) : context_(context), jobs_(jobs) {}

    /// Durably says whether the device keeps anything that needs clearing.
    void attach(const audit::Actor& actor, DeviceId device, DeviceCallbacks callbacks);
    void forget(DeviceId device);

    /// Clears what a session left, unless nothing is marked. Audited either way.
    /// Throws ERR_CALLBACK if it fails, ERR_DEVICE_LOCKED if the callbacks are not attached.
    void clear(const audit::Actor& actor, DeviceId device);
    /// Now, where the disk takes no record of it: what is marked is cleared again.
    void clear_unrecorded(DeviceId device);
    /// The sink of a session still had bytes in hand when the session ended: nothing is clear before it lets
    /// go.
    void output_remains(DeviceId device, SessionId session);

    /// When a failed clearing is to be tried again; long past for a device that has not been tried.
    [[nodiscard]] Instant next_try(DeviceId device) const;

 private:
    [[nodiscard]] bool output_is_over(DeviceId device);
    [[nodiscard]] std::function<bool(DeviceId)> callback(DeviceId device) const;
    void cleared(const audit::Actor& actor, DeviceId device);
    [[noreturn]] void failed(const audit::Actor& actor, DeviceId device);

    const spool::Context& context_;
    spool::Jobs& jobs_;
    mutable RankedMutex<std::mutex> mutex_{LockRank::innermost};  // of what follows
    std::map<DeviceId, DeviceCallbacks> callbacks_;
    std::map<DeviceId, SessionId> outputs_;
    std::map<DeviceId, Instant> next_tries_;
};

}  // namespace myqsec::device
