#include "storage/pages/outside_counter.hpp"

#include <algorithm>

#include "base/error.hpp"

namespace myqsec::storage {

void CounterGuard::check(std::uint64_t asked, std::string_view name) {
    if (options_.counter == nullptr) {
        lacked_ = asked != 0 && !options_.rebase;
        if (!lacked_ || options_.may_lack) return;
        fail(Status::ERR_TAMPERED,
             "'{}' follows an outside counter, and none was given: whether it is of an earlier time can't be "
             "told; give the counter, or accept the files that are there (accept_earlier_parts)",
             name);
    }
    confirmed_ = options_.counter->read();
    rebasing_ = options_.rebase;
    if (rebasing_) return;
    if (confirmed_ > asked) {
        fail(
            Status::ERR_TAMPERED,
            "'{}' is in an earlier state: it names {} as the value of its counter, which stands at {}; bring "
            "back the newest files, or restore a backup",
            name, asked, confirmed_);
    }
    if (asked - confirmed_ > most_behind) {
        fail(Status::ERR_TAMPERED,
             "the counter of '{}' stands at {}, but the database names {}: it was set back, or is another's; "
             "give the one that it follows or, if that is lost, open the instance without one "
             "(accept_earlier_parts), back it up, and restore that with the new counter",
             name, confirmed_, asked);
    }
    while (confirmed_ < asked) {  // the crash came between a commit and its advance
        advance(confirmed_ + 1);
        confirm(confirmed_ + 1);
    }
}

bool CounterGuard::due(std::uint64_t asked) const {
    return options_.counter != nullptr && (rebasing_ ? asked == confirmed_ + 1 : asked > confirmed_);
}

std::uint64_t CounterGuard::next(std::uint64_t asked, std::uint64_t confirming) const {
    if (options_.counter == nullptr) return asked;
    const std::uint64_t next = std::max(confirmed_, confirming) + 1;
    if (rebasing_) return next;
    const bool passed = options_.interval == Duration{} || advanced_ == Time{} ||
                        std::chrono::steady_clock::now() - advanced_ >= options_.interval;
    return passed ? std::max(asked, next) : asked;
}

void CounterGuard::advance(std::uint64_t asked) {
    // An advance that was said to have failed may have worked.
    if (due(asked) && options_.counter->read() < asked) options_.counter->advance(asked);
}

void CounterGuard::confirm(std::uint64_t asked) {
    if (!due(asked)) return;
    confirmed_ = asked;
    rebasing_ = false;
    advanced_ = std::chrono::steady_clock::now();
}

}  // namespace myqsec::storage
