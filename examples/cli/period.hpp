// The options by which a command lists what happened in a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>

namespace cli {

/// An option that takes an instant as lists show it (UTC), or a day, which begins it: milliseconds since 1970.
CLI::Option* add_instant(CLI::App& command, const std::string& option, std::int64_t& into,
                         const std::string& meaning);

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
