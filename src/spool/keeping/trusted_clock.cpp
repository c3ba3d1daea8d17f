#include "spool/keeping/trusted_clock.hpp"

#include <algorithm>
#include <utility>

#include "storage/keys/backup_keys.hpp"

namespace myqsec::spool {

namespace {

/// So often the instant known is made durable: that much of a time open may count as closed.
constexpr Duration noted_each = std::chrono::minutes(10);

/// From 1970 to 9999, so that no difference of two leaves the range of numbers.
Instant within_calendar(Instant instant) {
    constexpr Instant last{Duration{253'402'300'799'999}};
    return std::clamp(instant, Instant{}, last);
}

Duration max_step(const Context& context) {
    return context.settings.duration(settings::Setting::clock_max_step);
}

}  // namespace

TrustedClock::TrustedClock(const Context& context)
    : context_(context),
      looked_at_(within_calendar(context.now())),
      monotonic_(std::chrono::steady_clock::now()) {}

bool TrustedClock::begin() {
    auto& main = context_.main();
    storage::Transaction transaction(main);
    auto clock = store::get_clock(main);
    const auto now = within_calendar(context_.now());
    const auto most = max_step(context_);
    if (clock.known != Instant{}) {
        const auto closed = now - (clock.known + clock.skew);
        const auto counted = std::clamp(closed, Duration{}, most);
        if (closed > most || closed < -most)
            doubt(clock, clock.skew + closed - counted, transaction, audit::Actor::system());
    }
    clock.known = now - clock.skew;
    store::save_clock(main, clock);
    transaction.commit();
    return clock.doubted;
}

void TrustedClock::look(const audit::Actor& actor) {
    auto& main = context_.main();
    const auto now = within_calendar(context_.now());
    const auto monotonic = std::chrono::steady_clock::now();
    Duration ahead{};
    {
        const std::lock_guard lock(mutex_);
        ahead = (now - looked_at_) - std::chrono::duration_cast<Duration>(monotonic - monotonic_);
        looked_at_ = now;
        monotonic_ = monotonic;
    }
    const auto most = max_step(context_);
    const bool stepped = ahead > most || ahead < -most;
    auto clock = store::get_clock(main);
    if (!stepped && now - clock.skew < clock.known + noted_each) return;
    storage::Transaction transaction(main);
    clock = store::get_clock(main);
    const bool was_doubted = clock.doubted;
    if (stepped) doubt(clock, clock.skew + ahead, transaction, actor);
    clock.known = std::max(clock.known, now - clock.skew);
    store::save_clock(main, clock);
    transaction.commit();
    const std::lock_guard lock(mutex_);
    news_ = news_ || (stepped && !was_doubted);
}

bool TrustedClock::take_news() {
    const std::lock_guard lock(mutex_);
    return std::exchange(news_, false);
}

void TrustedClock::doubt(store::ClockRecord& clock, Duration skew, storage::Transaction& transaction,
                         const audit::Actor& actor) {
    const std::string deletion = clock.doubted ? "suspended" : "";
    clock.skew = skew;
    clock.doubted = true;
    context_.audit.append(transaction, {.action = audit::Action::instance_clock_stepped,
                                        .actor = actor,
                                        .object = audit::Object::instance(),
                                        .changes = {{"ahead_ms", "", std::to_string(skew.count())},
                                                    {"deletion", deletion, "suspended"}},
                                        .personal = {}});
}

void TrustedClock::confirm(const audit::Actor& actor) {
    auto& main = context_.main();
    storage::Transaction transaction(main);
    auto clock = store::get_clock(main);
    if (clock.doubted) {
        // The keys first: they may live longer than they should, and never shorter.
        if (clock.skew > Duration{}) storage::extend_backup_keys(context_.vault.keystore(), clock.skew);
        store::move_expiries(main, clock.skew);
        clock.known += clock.skew;
        clock.lag += std::max(clock.skew, Duration{});
        clock.skew = {};
        clock.doubted = false;
        store::save_clock(main, clock);
        context_.audit.append(transaction, {.action = audit::Action::instance_clock_stepped,
                                            .actor = actor,
                                            .object = audit::Object::instance(),
                                            .changes = {{"deletion", "suspended", "confirmed"}},
                                            .personal = {}});
    }
    transaction.commit();
}

Instant trusted_now(const Context& context) {
    return within_calendar(context.now()) - store::get_clock(context.main()).skew;
}

Instant deadline(const Context& context, Duration from_now) {
    return trusted_now(context) + from_now;
}

}  // namespace myqsec::spool
