// A host's outside counters.
#pragma once

#include <cstdint>
#include <map>

#include <myqsec/myqsec.h>

namespace myqsec::test {

/// As a TPM keeps them: they may be lost, and reading them may fail.
struct Counters {
    std::map<std::uint32_t, std::uint64_t> values;
    int result = 0;  ///< of the next readings

    [[nodiscard]] myqsec_options give_to(myqsec_options options) {
        options.counter_context = this;
        options.counter_read = [](void* context, std::uint32_t which, std::uint64_t* value) {
            *value = static_cast<Counters*>(context)->values[which];
            return static_cast<Counters*>(context)->result;
        };
        options.counter_advance = [](void* context, std::uint32_t which, std::uint64_t value) {
            auto& counter = static_cast<Counters*>(context)->values[which];
            if (value != counter + 1) return 1;
            counter = value;
            return 0;
        };
        return options;
    }
};

}  // namespace myqsec::test
