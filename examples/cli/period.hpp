// The options by which a command lists what happened in a time.
#pragma once

#include <cstdint>
#include <memory>

#include <CLI/CLI.hpp>

namespace cli {

class PeriodOptions {
 public:
    explicit PeriodOptions(CLI::App& command);
    /// To any filter with a time.
    template <class Filter>
    void narrow(Filter& filter) const {
        filter.from = period_->since;
        filter.to = period_->until;
    }

 private:
    struct Period {
        std::int64_t since = 0;
        std::int64_t until = 0;
    };
    std::shared_ptr<Period> period_;
};

}  // namespace cli
