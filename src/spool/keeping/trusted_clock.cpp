#include "spool/keeping/trusted_clock.hpp"

#include <algorithm>
#include <utility>

#include "storage/keys/backup_keys.hpp"

namespace myqsec::spool {

namespace {

/// So often the instant known is made durable: that much of a time open may count as closed.
constexpr Duration noted_each = std::chrono::minutes(10);

Duration max_step(const Context& context) {
    return context.settings.duration(settings::Setting::clock_max_step);
}

}  // namespace

bool TrustedClock::begin() {
    auto& main = context_.main();
    storage::Transaction transaction(main);
    auto clock = store::get_clock(main);
    const auto now = context_.watch.read().clock;
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
    auto& watch = context_.watch;
    const auto is_due = [&](const ClockWatch::Look& read, const store::ClockRecord& clock) {
        return is_step(context_, watch.ahead(read)) || read.clock - clock.skew >= clock.known + noted_each;
    };
    if (!is_due(watch.read(), store::get_clock(main))) return;
    storage::Transaction transaction(main);
    auto clock = store::get_clock(main);
    const bool was_doubted = clock.doubted;
    const auto read = watch.read();
    const auto ahead = watch.ahead(read);
    const bool stepped = is_step(context_, ahead);
    const auto last = watch.look(read);
    try {
        if (stepped) doubt(clock, clock.skew + ahead, transaction, actor);
        clock.known = std::max(clock.known, read.clock - clock.skew);
        store::save_clock(main, clock);
        transaction.commit();
    } catch (...) {
        watch.look(last);
        throw;
    }
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

}  // namespace myqsec::spool
