#include "access/identity/lockout.hpp"

#include <algorithm>

#include "access/identity/credentials_store.hpp"
#include "base/error.hpp"

namespace myqsec::access {

using settings::Setting;

namespace {

constexpr Duration day = std::chrono::hours(24);

struct LockPolicy {
    std::int64_t failures;
    Duration window;
    Duration first;
    Duration longest;
};

LockPolicy policy_of(const settings::Settings& settings, LockScope scope) {
    // The guess budget is per day, so its lock does not double: it lasts until a day's guesses are due again.
    if (scope == LockScope::site_pins) return {settings.integer(Setting::pin_site_guesses), day, day, day};
    return {settings.integer(Setting::lockout_failures), settings.duration(Setting::lockout_window),
            settings.duration(Setting::lockout_duration), settings.duration(Setting::lockout_max_duration)};
}

Duration lock_time(const LockPolicy& policy, std::int64_t locks_before) {
    const auto doublings = std::min<std::int64_t>(locks_before, 20);
    return std::min(policy.first * (std::int64_t{1} << doublings), std::max(policy.first, policy.longest));
}

/// The record after one more failure.
store::LockRecord count_failure(store::LockRecord record, const LockPolicy& policy, Instant now) {
    if (now - record.window_start > policy.window || now < record.window_start) {
        record.failures = 0;
        record.window_start = now;
    }
    if (now - record.locked_until > policy.longest) record.locks = 0;
    if (++record.failures >= policy.failures) {
        record.locked_until = now + lock_time(policy, record.locks);
        ++record.locks;
        record.failures = 0;
    }
    return record;
}

}  // namespace

std::string_view lock_scope_name(LockScope scope) {
    switch (scope) {
        case LockScope::account:
            return "account";
        case LockScope::device:
            return "device";
        case LockScope::source:
            return "source";
        case LockScope::site_pins:
            return "site-pins";
    }
    return "unknown";
}

LockKey Lockout::device_key(DeviceId device) const {
    const auto text = fmt::format("device {}", device.value);
    return {LockScope::device, lookup_hash(vault_.keystore(), lookup_domain::lockout, text).hash};
}

LockKey Lockout::source_key(std::string_view source) const {
    const auto text = fmt::format("source {}", source);
    return {LockScope::source, lookup_hash(vault_.keystore(), lookup_domain::lockout, text).hash};
}

std::optional<Instant> Lockout::locked_until(std::span<const LockKey> keys) {
    const auto now = vault_.clock().now();
    std::optional<Instant> latest;
    for (const auto& key : keys) {
        const auto record = store::find_lock(vault_.main(), key);
        if (record && record->locked_until > now)
            latest = std::max(latest.value_or(now), record->locked_until);
    }
    return latest;
}

void Lockout::refuse(Instant until) const {
    const auto left = std::chrono::ceil<std::chrono::seconds>(until - vault_.clock().now());
    fail(Status::ERR_LOCKED_OUT, "too many failed logins; try again in {}",
         left >= std::chrono::minutes(2)
             ? fmt::format("{} minutes", std::chrono::ceil<std::chrono::minutes>(left).count())
             : fmt::format("{} seconds", left.count()));
}

void Lockout::failed(storage::Transaction& transaction, std::span<const LockKey> keys, audit::Object object) {
    const auto now = vault_.clock().now();
    auto& main = transaction.database();
    // Names that nobody has are counted too; they must not fill the disk.
    store::delete_locks_before(main,
                               now - 2 * std::max(day, settings_.duration(Setting::lockout_max_duration)));
    for (const auto& key : keys) {
        const auto record = count_failure(store::find_lock(main, key).value_or(store::LockRecord{}),
                                          policy_of(settings_, key.scope), now);
        store::save_lock(main, key, record);
        if (record.locked_until <= now) continue;
        const auto lasts = settings::format_duration(record.locked_until - now);
        audit_.append(transaction, {.action = audit::Action::user_locked,
                                    .actor = audit::Actor::anonymous(),
                                    .object = object,
                                    .changes = {{"scope", "", std::string(lock_scope_name(key.scope))},
                                                {"duration", "", lasts}},
                                    .personal = {}});
    }
}

bool Lockout::forgive(storage::Transaction& transaction, const LockKey& account) {
    const auto record = store::find_lock(transaction.database(), account);
    if (!record) return false;
    store::delete_lock(transaction.database(), account);
    return record->locked_until > vault_.clock().now();
}

}  // namespace myqsec::access
