// The host's outside counter of one database.
#pragma once

#include "myqsec/engine.h"
#include "storage/pages/outside_counter.hpp"

namespace myqsec::abi {

class HostCounter final : public storage::OutsideCounter {
 public:
    HostCounter(const myqsec_options& options, std::uint32_t which);

    [[nodiscard]] std::uint64_t read() override;
    void advance(std::uint64_t value) override;
    /// Without counter if the host has none.
    [[nodiscard]] storage::CounterOptions options();

 private:
    int (*read_)(void* context, std::uint32_t which, std::uint64_t* value);
    int (*advance_)(void* context, std::uint32_t which, std::uint64_t value);
    void* context_;
    std::uint32_t which_;
    Duration interval_;
};

}  // namespace myqsec::abi
