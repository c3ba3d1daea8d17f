#include "spool/records/trusted_time.hpp"

#include <algorithm>
#include <utility>

#include "spool/records/clock_store.hpp"
#include "spool/records/context.hpp"
#include "spool/records/job_store.hpp"

namespace myqsec::spool {

namespace {

/// From 1970 to 9999, so that no difference of two leaves the range of numbers.
Instant within_calendar(Instant instant) {
    return std::clamp(instant, Instant{}, last_instant);
}

}  // namespace

ClockWatch::ClockWatch(const Clock& clock) : clock_(clock), last_(read()) {}

ClockWatch::Look ClockWatch::read() const {
    return {within_calendar(clock_.now()), std::chrono::steady_clock::now()};
}

Duration ClockWatch::ahead(const Look& read) const {
    const std::lock_guard lock(mutex_);
    return read.clock - last_.clock - std::chrono::duration_cast<Duration>(read.monotonic - last_.monotonic);
}

ClockWatch::Look ClockWatch::look(const Look& read) {
    const std::lock_guard lock(mutex_);
    return std::exchange(last_, read);
}

bool is_step(const Context& context, Duration ahead) {
    const auto most = context.settings.duration(settings::Setting::clock_max_step);
    return ahead > most || ahead < -most;
}

Instant trusted_now(const Context& context) {
    const auto read = context.watch.read();
    const auto ahead = context.watch.ahead(read);
    const auto now = read.clock - store::get_clock(context.main()).skew;
    return is_step(context, ahead) ? now - ahead : now;
}

Instant deadline(const Context& context, Duration from_now) {
    return trusted_now(context) + from_now;
}

bool is_over(const store::JobRecord& job, Instant now) {
    return job.state != JobState::processing && job.expires <= now;
}

}  // namespace myqsec::spool
