#include "abi/machinery/host_counter.hpp"

#include "abi/machinery/callback_scope.hpp"
#include "base/error.hpp"

namespace myqsec::abi {

HostCounter::HostCounter(const myqsec_options& options, std::uint32_t which)
    : read_(options.counter_read),
      advance_(options.counter_advance),
      context_(options.counter_context),
      which_(which),
      interval_(options.counter_interval) {
    if ((options.counter_read == nullptr) != (options.counter_advance == nullptr)) {
        fail(Status::ERR_INVALID_ARGUMENT,
             "options needs counter_read and counter_advance together, or neither of them");
    }
    if (options.counter_interval < 0)
        fail(Status::ERR_INVALID_ARGUMENT, "options.counter_interval must be at least 0");
}

std::uint64_t HostCounter::read() {
    std::uint64_t value = 0;
    const CallbackScope scope;
    const int failed = read_(context_, which_, &value);
    if (failed != 0) fail(Status::ERR_CALLBACK, "the host's function counter_read failed with {}", failed);
    return value;
}

void HostCounter::advance(std::uint64_t value) {
    const CallbackScope scope;
    const int failed = advance_(context_, which_, value);
    if (failed != 0) fail(Status::ERR_CALLBACK, "the host's function counter_advance failed with {}", failed);
}

storage::CounterOptions HostCounter::options() {
    if (read_ == nullptr) return {};
    return {this, interval_};
}

}  // namespace myqsec::abi
