#include "access/locks.hpp"

#include "base/error.hpp"

namespace myqsec::access {

namespace {

Target about(const store::LockRow& lock) {
    return {.user = lock.subject.user, .queue = {}, .device = lock.subject.device};
}

audit::Object object_of(const store::LockRow& lock) {
    if (lock.subject.user) return lock.subject.user;
    if (lock.subject.device) return lock.subject.device;
    return audit::Object::instance();
}

}  // namespace

bool Locks::may_lift(const Principal& principal, const store::LockRow& lock) {
    if (lock.key.scope == LockScope::device && authority_.may(principal, Right::device_manage)) return true;
    return authority_.may(principal, Right::user_manage, about(lock));
}

void Locks::require_listing(const Principal& principal) {
    if (!authority_.may(principal, Right::device_manage))
        (void)authority_.authorise_list(principal, Right::user_manage);
}

Paged<Lock> Locks::list(const Principal& principal, const Page& page) {
    require_listing(principal);
    Lockout lockout(vault_, settings_);
    Paged<Lock> locks;
    auto rest = page;
    do {
        const auto rows = store::list_locks(vault_.main(), lockout.now(), rest);
        for (const auto& row : rows) {
            if (!may_lift(principal, row)) continue;
            if (locks.size() == page.limit) {
                locks.more = locks.back().id;
                return locks;
            }
            locks.push_back({row.id, row.key.scope, row.subject.user, row.subject.device,
                             source_of(row.key, row.subject, vault_.keystore()), row.subject.method,
                             static_cast<std::int64_t>(row.record.entries.size()),
                             lockout.instant_of(row.record.until)});
        }
        rest.after = rows.more;
    } while (rest.after != 0);
    return locks;
}

void Locks::lift(const Principal& principal, std::int64_t id) {
    require_listing(principal);
    auto lock = store::find_lock(vault_.main(), id);
    if (lock && !may_lift(principal, *lock)) {
        authority_.record_denial(principal, Right::user_manage, object_of(*lock));
        lock.reset();  // whoever doesn't see it in the list learns no more here
    }
    Lockout lockout(vault_, settings_);
    if (!lock || lock->record.until <= lockout.now())
        fail(Status::ERR_NOT_FOUND, "there is no lock {} in force", id);
    const bool by_device =
        lock->key.scope == LockScope::device && authority_.may(principal, Right::device_manage);
    const auto proof =
        authority_.authorise(principal, by_device ? Right::device_manage : Right::user_manage, about(*lock));
    const auto user = lock->subject.user;
    if (user) authority_.require_covers(principal, user);

    storage::Transaction transaction(vault_.main());
    store::delete_lock(vault_.main(), id);
    audit::Event event{
        audit::Action::user_unlocked,
        proof.actor(),
        object_of(*lock),
        audit::Result::ok,
        {{"scope", std::string(lock_scope_name(lock->key.scope)), ""}, {"method", lock->subject.method, ""}},
        {}};
    if (user && lock->subject.device)
        event.changes.push_back({"device", fmt::format("{}", lock->subject.device.value), ""});
    if (const Place place{{}, source_of(lock->key, lock->subject, vault_.keystore())}; !place.source.empty())
        event.changes.push_back({"source", place.source_tag(vault_), ""});
    audit_.append(transaction, event);
    transaction.commit();
}

std::int64_t Locks::in_force() {
    const auto now = Lockout(vault_, settings_).now();
    return static_cast<std::int64_t>(store::list_locks(vault_.main(), now, {}).size());
}

void Locks::keep_time() {
    storage::Transaction transaction(vault_.main());
    Lockout(vault_, settings_).keep_time();
    transaction.commit_unsynced();
}

}  // namespace myqsec::access
