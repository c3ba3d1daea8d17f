#include "storage/pages/outside_counter.hpp"

#include <algorithm>

#include "base/error.hpp"

namespace myqsec::storage {

void CounterGuard::check(std::uint64_t asked, std::string_view name) {
    if (options_.counter == nullptr) return;
    confirmed_ = options_.counter->read();
    rebasing_ = options_.rebase;
    if (rebasing_) return;
    if (confirmed_ > asked) {
        fail(Status::ERR_TAMPERED,
             "'{}' is in an earlier state: it names {} as the value of its counter, which stands at {}; "
             "bring back the "
             "newest files",
             name, asked, confirmed_);
    }
    if (asked - confirmed_ > 1) {
        fail(Status::ERR_TAMPERED,
             "the counter of '{}' stands at {}, but the database names {}: it was set back, or is another's",
             name, confirmed_, asked);
    }
    confirm(asked);  // the crash came between a commit and its advance
}

std::uint64_t CounterGuard::next(std::uint64_t asked) const {
    if (options_.counter == nullptr) return asked;
    if (rebasing_) return confirmed_ + 1;
    const bool due = options_.interval == Duration{} || advanced_ == Time{} ||
                     std::chrono::steady_clock::now() - advanced_ >= options_.interval;
    return due ? std::max(asked, confirmed_ + 1) : asked;
}

void CounterGuard::confirm(std::uint64_t asked) {
    if (options_.counter == nullptr || (rebasing_ ? asked != confirmed_ + 1 : asked <= confirmed_)) return;
    // An advance that was said to have failed may have worked.
    if (options_.counter->read() < asked) options_.counter->advance(asked);
    confirmed_ = asked;
    rebasing_ = false;
    advanced_ = std::chrono::steady_clock::now();
}

}  // namespace myqsec::storage
