// A clock that stands still until a test moves it.
#pragma once

#include "base/clock.hpp"

namespace myqsec::test {

class ManualClock final : public Clock {
 public:
    [[nodiscard]] Instant now() const override { return now_; }
    void advance(Duration by) { now_ += by; }
    void set(Instant instant) { now_ = instant; }

 private:
    Instant now_ = from_milliseconds(1'800'000'000'000);
};

}  // namespace myqsec::test
