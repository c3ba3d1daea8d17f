// Time comes from the host through a Clock, so that tests and firmware without a real-time clock can set it.
#pragma once

#include <chrono>
#include <cstdint>
#include <ctime>

namespace myqsec {

using Duration = std::chrono::milliseconds;
using Instant = std::chrono::sys_time<Duration>;

class Clock {
 public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual Instant now() const = 0;
    /// Runs at the rate of time, through sleep and whoever sets the other clock; a restart of the machine may
    /// begin it anew. Only differences mean anything.
    [[nodiscard]] virtual Duration running() const {
        std::timespec time{};
        (void)::clock_gettime(CLOCK_BOOTTIME, &time);
        return std::chrono::duration_cast<Duration>(std::chrono::seconds(time.tv_sec) +
                                                    std::chrono::nanoseconds(time.tv_nsec));
    }
};

class SystemClock final : public Clock {
 public:
    [[nodiscard]] Instant now() const override {
        return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
    }
};

/// The last one of the year 9999: what RFC 3339 can say.
inline constexpr Instant last_instant{Duration{253'402'300'799'999}};

/// Milliseconds since 1970-01-01T00:00:00Z, the form in which instants are stored.
inline std::int64_t to_milliseconds(Instant instant) {
    return instant.time_since_epoch().count();
}
inline Instant from_milliseconds(std::int64_t value) {
    return Instant(Duration(value));
}

}  // namespace myqsec
