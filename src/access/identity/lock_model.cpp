#include "access/identity/lock_model.hpp"

namespace myqsec::access {

using settings::Setting;

std::string_view lock_scope_name(LockScope scope) {
    switch (scope) {
        case LockScope::account:
            return "account";
        case LockScope::device:
            return "device";
        case LockScope::source:
            return "source";
        case LockScope::site:
            return "site";
        case LockScope::cleared:
        case LockScope::cards:
            break;
    }
    return "";
}

/// When wrong entries become a lock, and for how long.
struct LockModel::Schedule {
    std::int64_t free;
    Duration window;
    Duration first;
    Duration longest;
    bool budget = false;  ///< so many in a window, whenever; no waiting that grows

    /// After the newest of so many.
    [[nodiscard]] Duration wait(std::int64_t entries) const {
        if (entries < free) return Duration::zero();
        const auto doublings = std::min<std::int64_t>(entries - free, 30);
        return std::min(first * (std::int64_t{1} << doublings), std::max(first, longest));
    }

    [[nodiscard]] Elapsed locked_until(const std::vector<Elapsed>& entries) const {
        const auto count = static_cast<std::int64_t>(entries.size());
        if (count < free) return Elapsed::zero();
        if (budget) return entries[entries.size() - static_cast<std::size_t>(free)] + window;
        return entries.back() + wait(count);
    }

    void forget_old(std::vector<Elapsed>& entries, Elapsed now) const {
        std::erase_if(entries, [&](Elapsed one) { return one + window <= now; });
    }
};

LockRules LockRules::of(const settings::Settings& settings) {
    return {settings.integer(Setting::lockout_failures),
            settings.duration(Setting::lockout_window),
            settings.duration(Setting::lockout_duration),
            settings.duration(Setting::lockout_max_duration),
            settings.duration(Setting::lockout_place_max_duration),
            settings.integer(Setting::pin_site_guesses)};
}

std::int64_t LockRules::guesses_at_account() const {
    constexpr Duration asked = std::chrono::hours(30 * 24);
    const auto span = std::min(window, asked);
    std::int64_t guesses = 0;
    auto doubled = first;
    for (Duration time{}; time < span; ++guesses) {
        if (guesses + 1 < free) continue;
        time += std::min(doubled, std::max(first, longest));
        doubled = std::min(doubled * 2, span);
    }
    // By each method as strangers, and as whoever is known; and all that as often as a window passes.
    const auto windows = (asked + span - Duration(1)) / span;
    return windows * (guesses * methods_of_secret * 2 + cleared_in_window);
}

LockModel::Schedule LockModel::schedule(const LockKey& key, bool card) const {
    switch (key.scope) {
        case LockScope::device:
        case LockScope::source:
            return {rules_.free * (card ? LockRules::cards_for_one : 1), LockRules::place_window,
                    std::min(rules_.first, rules_.place_longest), rules_.place_longest};
        case LockScope::site:
            return {rules_.site_guesses, LockRules::site_window, {}, {}, true};
        case LockScope::cleared:
            return {LockRules::cleared_in_window, rules_.window, {}, {}, true};
        case LockScope::account:
        case LockScope::cards:
            break;
    }
    return {rules_.free, rules_.window, rules_.first, rules_.longest};
}

Duration LockModel::counts_for(const LockKey& key) const {
    return schedule(key, false).window;
}

void LockModel::see(LockVerdict& verdict, const std::optional<LockKey>& key, Elapsed now) {
    if (!key) return;
    const auto until = book_.find(*key).until;
    if (until <= now || until <= verdict.until) return;
    verdict.lock = key;
    verdict.until = until;
}

LockVerdict LockModel::judge(const LockedEntry& entry, Elapsed now) {
    LockVerdict verdict;
    see(verdict, entry.place, now);
    see(verdict, entry.account, now);
    see(verdict, entry.site, now);
    verdict.admits = !verdict.lock;
    if (entry.site) {
        verdict.factor_asked = !verdict.admits;
    } else if (entry.known) {
        verdict.admits |= !entry.account_here || book_.find(*entry.account_here).until <= now;
    }
    return verdict;
}

void LockModel::add(const LockKey& key, Elapsed now, bool card) {
    const auto rules = schedule(key, card);
    auto record = book_.find(key);
    rules.forget_old(record.entries, now);
    record.entries.push_back(now);
    record.until = rules.locked_until(record.entries);
    book_.save(key, record);
}

std::vector<LockKey> LockModel::wrong(const LockedEntry& entry, Elapsed now) {
    std::vector<LockKey> begun;
    const bool strangers_wait = judge(entry, now).lock.has_value();
    for (const auto& key : {entry.place, entry.account, entry.account_here, entry.site}) {
        if (!key || strangers_wait != (key == entry.account_here)) continue;
        const bool was_locked = book_.find(*key).until > now;
        add(*key, now, entry.card);
        if (!was_locked && book_.find(*key).until > now) begun.push_back(*key);
    }
    return begun;
}

std::int64_t LockModel::recent(const LockKey& key, Elapsed now) {
    const auto record = book_.find(key);
    const auto count = std::ranges::count_if(
        record.entries, [&](Elapsed one) { return one + LockRules::typing_error > now; });
    return std::min<std::int64_t>(count, rules_.free - 1);
}

void LockModel::take(const LockKey& key, std::int64_t count, Elapsed now) {
    if (count <= 0) return;
    const auto rules = schedule(key, false);
    auto record = book_.find(key);
    rules.forget_old(record.entries, now);
    record.entries.resize(record.entries.size() -
                          std::min(record.entries.size(), static_cast<std::size_t>(count)));
    record.until = rules.locked_until(record.entries);
    book_.save(key, record);
}

std::int64_t LockModel::counted(const LockKey& key, Elapsed now) {
    auto entries = book_.find(key).entries;
    schedule(key, false).forget_old(entries, now);
    return static_cast<std::int64_t>(entries.size());
}

void LockModel::right(const LockedEntry& entry, Elapsed now) {
    if (!entry.cleared) return;
    auto left = LockRules::cleared_in_window - counted(*entry.cleared, now);
    const auto before = left;
    const auto clear = [&](const LockKey& key, std::int64_t most) {
        const auto own = std::max<std::int64_t>(std::min({counted(key, now), most, left}), 0);
        take(key, own, now);
        left -= own;
        return own;
    };
    if (entry.site) {
        // Wrong PINs name nobody: of those just before, some may have been the person's own.
        const auto own = std::min(recent(entry.place ? *entry.place : *entry.site, now), left);
        take(*entry.site, own, now);
        if (entry.place) take(*entry.place, own, now);
        left -= own;
    } else if (entry.account) {
        auto typed_here = recent(*entry.account, now);
        if (entry.place) typed_here = std::min(typed_here, recent(*entry.place, now));
        if (entry.account_here) clear(*entry.account_here, left);
        const auto own = clear(*entry.account, entry.account_here ? typed_here : left);
        if (entry.place) take(*entry.place, std::min(own, typed_here), now);
        if (entry.account_here) clear(*entry.account, left - LockRules::cleared_where_typed);
    }
    // Who has shown one factor is no guesser at the others.
    for (const auto& other : entry.others)
        clear(other, left - LockRules::cleared_where_typed);
    if (left == before) return;
    auto spent = book_.find(*entry.cleared);
    schedule(*entry.cleared, false).forget_old(spent.entries, now);
    spent.entries.insert(spent.entries.end(), static_cast<std::size_t>(before - left), now);
    book_.save(*entry.cleared, spent);
}

}  // namespace myqsec::access
