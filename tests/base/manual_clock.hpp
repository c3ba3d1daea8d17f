// A clock that stands still until a test moves it: by letting time pass, or by setting it to a wrong one.
#pragma once

#include "base/clock.hpp"

namespace myqsec::test {

class ManualClock final : public Clock {
 public:
    [[nodiscard]] Instant now() const override { return now_; }
    [[nodiscard]] Duration running() const override { return running_; }
    void advance(Duration by) {
        now_ += by;
        running_ += by;
    }
    void set(Instant instant) { now_ = instant; }
    /// The machine was off for nobody knows how long.
    void reboot() { running_ = std::chrono::seconds(20); }

 private:
    Instant now_ = from_milliseconds(1'800'000'000'000);
    Duration running_ = std::chrono::hours(5);
};

}  // namespace myqsec::test
