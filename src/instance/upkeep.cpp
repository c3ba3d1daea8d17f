#include "instance/upkeep.hpp"

#include <algorithm>

#include "instance/domains.hpp"

namespace myqsec::instance {

audit::Event damage_found(const storage::Vault::Finding& finding) {
    return {audit::Action::instance_damage_found,
            audit::Actor::system(),
            audit::Object::instance(),
            audit::Result::ok,
            {{"code", "", finding.code}},
            {}};
}

Instant SessionExpiry::tick(const access::Principal& /*principal*/) {
    sessions_.expire(vault_.clock().now());
    return sessions_.next_deadline().value_or(Instant::max());
}

Duration SessionExpiry::soonest() {
    return std::min({settings_.duration(settings::Setting::session_idle_timeout),
                     settings_.duration(settings::Setting::session_max_duration),
                     settings_.duration(settings::Setting::session_ticket_lifetime)});
}

Instant HostDomain::tick(const access::Principal& /*principal*/) {
    const auto oldest = notifications.oldest();
    // A clock that ran ahead must not take what the host has yet to tell.
    if (!oldest || jobs_.deletion_suspended()) return Instant::max();
    const auto retention = settings_of_instance_.duration(settings::Setting::notification_retention);
    const bool more = notifications.expire(retention + jobs_.clock_lag());
    return more ? *oldest : Instant::max();
}

Instant PageAlarms::tick(const access::Principal& /*principal*/) {
    const bool compared = vault_.compare_pages();
    compared_ = compared;
    const auto next = compared ? Instant::max() : vault_.clock().now();
    const auto alarms = vault_.take_alarms();
    if (alarms.empty()) return next;
    storage::Transaction transaction(vault_.main());
    for (const auto& alarm : alarms)
        audit_.append(transaction, damage_found(alarm));
    transaction.commit();
    return next;
}

Instant Checkpoints::tick(const access::Principal& /*principal*/) {
    vault_.checkpoint_if_due();
    return Instant::max();
}

bool DiskReserve::keep() {
    return vault_.reserve().keep(
        static_cast<std::uint64_t>(settings_.integer(settings::Setting::storage_reserve)));
}

Findings DiskReserve::recover() {
    if (keep()) return {};
    return {{"disk-full",
             "the disk has no room for the reserve that deletion may need (storage.reserve): no document is "
             "accepted until jobs were deleted or the disk enlarged"}};
}

Instant DiskReserve::tick(const access::Principal& /*principal*/) {
    static_cast<void>(keep());
    return Instant::max();
}

Instant AuditUpkeep::tick(const access::Principal& principal) {
    const auto proof = authority_.authorise(principal, access::Right::instance_tick);
    audit_.drain();
    const auto next = audit_.rotate_key_if_due(proof, settings_.duration(settings::Setting::audit_epoch));
    // A clock that ran ahead must not take the log with it.
    if (jobs_.deletion_suspended()) return next;
    const auto retention = settings_.duration(settings::Setting::audit_retention) + jobs_.clock_lag();
    return std::min(next, audit_.prune(proof, retention));
}

Instant LookupKeyUpkeep::tick(const access::Principal& /*principal*/) {
    // A clock that ran ahead must not take people's cards and PINs with it.
    if (jobs_.deletion_suspended()) return Instant::max();
    return rotation_.end_retired(jobs_.clock_lag());
}

Instant GrantUpkeep::tick(const access::Principal& /*principal*/) {
    // A clock that ran ahead must not take people's rights for good.
    if (jobs_.deletion_suspended()) return Instant::max();
    return roles_.end_over();
}

// The machine stopped between a change of the root key and its event.
Findings KeyTreeUpkeep::recover() {
    storage::Transaction transaction(vault_.main());
    if (vault_.leaf_keys().record_root(transaction)) {
        audit_.append(transaction, {audit::Action::key_rotated,
                                    audit::Actor::system(),
                                    audit::Object::instance(),
                                    audit::Result::ok,
                                    {{"root", "", "found-changed"}},
                                    {}});
    }
    transaction.commit();
    return {};
}

Instant KeyTreeUpkeep::tick(const access::Principal& /*principal*/) {
    const auto next =
        vault_.leaf_keys().turn_if_due(settings_.duration(settings::Setting::erasure_max_delay));
    vault_.note_keystore();
    return next;
}

Duration KeyTreeUpkeep::soonest() {
    return settings_.duration(settings::Setting::erasure_max_delay);
}

}  // namespace myqsec::instance
