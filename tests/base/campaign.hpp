// How long a campaign goes on. MYQSEC_SECONDS sets a time budget (0: none, whatever it takes); without it a
// campaign has a count, or a short time, of its own.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <numeric>

#include "base/rounds.hpp"

namespace myqsec::test {

/// Seconds from MYQSEC_SECONDS, or `otherwise`.
inline std::chrono::seconds budget(int otherwise) {
    const char* text = std::getenv("MYQSEC_SECONDS");
    const int seconds = text != nullptr ? std::atoi(text) : otherwise;
    return seconds > 0 ? std::chrono::seconds(seconds) : std::chrono::hours(24 * 365);
}

class Deadline {
 public:
    explicit Deadline(int otherwise) : end_(std::chrono::steady_clock::now() + budget(otherwise)) {}
    [[nodiscard]] bool passed() const { return std::chrono::steady_clock::now() >= end_; }

 private:
    std::chrono::steady_clock::time_point end_;
};

/// A number of rounds from `variable`, or `otherwise`; with MYQSEC_SECONDS as many as that time allows.
class Rounds {
 public:
    Rounds(const char* variable, int otherwise)
        : timed_(std::getenv("MYQSEC_SECONDS") != nullptr),
          count_(rounds(variable, otherwise)),
          deadline_(0) {}
    [[nodiscard]] bool more(int done) const { return timed_ ? !deadline_.passed() : done < count_; }

 private:
    bool timed_;
    int count_;
    Deadline deadline_;
};

/// Every number from 1 to `count` once, in an order whose every beginning is spread evenly over all of them:
/// a campaign that ends early has still been everywhere.
class Spread {
 public:
    explicit Spread(std::uint64_t count)
        : count_(count), step_(static_cast<std::uint64_t>(0.618034 * static_cast<double>(count))) {
        while (step_ == 0 || std::gcd(step_, count_) != 1)
            ++step_;
    }
    [[nodiscard]] std::uint64_t at(std::uint64_t index) const { return index * step_ % count_ + 1; }
    [[nodiscard]] std::uint64_t count() const { return count_; }

 private:
    std::uint64_t count_;
    std::uint64_t step_;
};

}  // namespace myqsec::test
