#include "access/identity/lockout.hpp"

#include <vector>

#include "storage/keys/personal_field.hpp"

namespace myqsec::access {

namespace {

std::string_view kind_of_method(std::string_view method) {
    return method == "card" ? "card" : "typed";
}

std::string sentence_for(LockScope scope) {
    switch (scope) {
        case LockScope::account:
            return "too many wrong entries: this way of logging in to this account is locked";
        case LockScope::site:
            return "too many wrong PINs at this site";
        default:
            return "too many wrong entries here";
    }
}

std::string time_left(Duration left) {
    if (left >= std::chrono::hours(2))
        return fmt::format("{} hours", std::chrono::ceil<std::chrono::hours>(left).count());
    if (left >= std::chrono::minutes(2))
        return fmt::format("{} minutes", std::chrono::ceil<std::chrono::minutes>(left).count());
    return fmt::format("{} seconds", std::chrono::ceil<std::chrono::seconds>(left).count());
}

crypto::Secret source_key(const storage::Keystore& keystore) {
    auto digest = lasting_hash(keystore, "lock-source", {});
    crypto::Secret key(digest);
    crypto::wipe(digest);
    return key;
}

std::string place_of_source(const LockKey& lock) {
    return fmt::format("lock.source:{}", to_hex(lock.hash));
}

Bytes sealed_source(const LockKey& lock, std::string_view source, const storage::Keystore& keystore) {
    if (source.empty()) return {};
    return storage::seal_field(source_key(keystore), place_of_source(lock), source);
}

}  // namespace

std::string source_of(const LockKey& lock, const store::LockSubject& subject,
                      const storage::Keystore& keystore) {
    if (subject.source.empty()) return {};
    return storage::open_field(source_key(keystore), place_of_source(lock), subject.source);
}

std::string Place::source_tag(storage::Vault& vault) const {
    if (source.empty()) return {};
    const auto hash = lookup_hash(vault, lookup_domain::source_tag, source).hash;
    return to_hex(ByteView(hash).first(8));
}

LockKey Lockout::key(LockScope scope, std::string_view text) const {
    return {scope, lasting_hash(vault_.keystore(), "lockout", text)};
}

// Of a person's cards none brings guesses of its own.
LockKey Lockout::account_of(UserId user, std::string_view method, std::string_view where) const {
    return key(LockScope::account, fmt::format("{} user {}{}", method, user.value, where));
}

// By the user, for no copy of a row is to say whose name it was; what nobody has can only be known by what
// was entered. What was counted under that goes on when somebody is given the name, or the look-up key was
// rotated.
LockKey Lockout::account(std::string_view method, std::string_view named, UserId user) {
    std::vector<LockKey> keys;
    if (user) keys.push_back(account_of(user, method));
    for (const auto& one :
         lookup_hashes(vault_, lookup_domain::nobodys_account, fmt::format("{} {}", method, named)))
        keys.push_back({LockScope::account, one.hash});
    for (std::size_t i = 1; i < keys.size(); ++i)
        store::move_lock(vault_.main(), keys[i], keys.front(), user);
    return keys.front();
}

LockedAttempt Lockout::attempt(const Place& place, std::string_view method,
                               const std::optional<std::string>& named, UserId user) {
    const bool at_device = static_cast<bool>(place.device);
    const auto scope = at_device ? LockScope::device : LockScope::source;
    const auto where =
        at_device ? fmt::format("device {}", place.device.value) : fmt::format("source {}", place.source);
    LockedAttempt out;
    const auto source_for = [&](const LockKey& lock) {
        return sealed_source(lock, place.source, vault_.keystore());
    };
    auto& entry = out.entry;
    entry.card = method == "card";
    out.known_as.push_back(key(LockScope::cards, where));
    if (!entry.card) out.known_as.push_back(key(scope, where));
    entry.known = user && store::is_known(vault_.main(), user, out.known_as.back());
    out.somebody_known = store::knows_anybody(vault_.main(), out.known_as.back());
    if (at_device || !place.source.empty()) {
        // Unknown cards don't keep anybody from typing, nor the other way round.
        entry.place = key(scope, fmt::format("{} {}", kind_of_method(method), where));
        out.subjects[*entry.place] = {
            {}, place.device, source_for(*entry.place), std::string(kind_of_method(method))};
    }
    if (named) {
        entry.account = account(method, *named, user);
        out.subjects[*entry.account] = {user, {}, {}, std::string(method)};
        if (entry.known) {
            entry.account_here = account_of(user, method, " where known");
            out.subjects[*entry.account_here] = {user, place.device, source_for(*entry.account_here),
                                                 std::string(method)};
        }
    }
    if (method == "pin") {
        entry.site = LockKey{LockScope::site, {}};
        out.subjects[*entry.site] = {{}, {}, {}, std::string(method)};
    }
    return out;
}

LockedAttempt Lockout::attempt_in_session(UserId user) {
    constexpr std::string_view method = "name-password";
    LockedAttempt out;
    auto& entry = out.entry;
    entry.known = true;
    entry.account = account_of(user, method);
    entry.account_here = account_of(user, method, " where known");
    for (const auto& one : {*entry.account, *entry.account_here})
        out.subjects[one] = {user, {}, {}, std::string(method)};
    return out;
}

audit::Event lock_event(audit::Action action, const LockKey& lock, const store::LockSubject& subject,
                        storage::Vault& vault) {
    audit::Event event{.action = action,
                       .actor = audit::Actor::anonymous(),
                       .object = subject.user     ? audit::Object(subject.user)
                                 : subject.device ? audit::Object(subject.device)
                                                  : audit::Object(),
                       .changes = {},
                       .personal = {}};
    if (subject.user && subject.device)
        event.changes.push_back({"device", "", fmt::format("{}", subject.device.value)});
    if (const Place place{{}, source_of(lock, subject, vault.keystore())}; !place.source.empty())
        event.changes.push_back({"source", "", place.source_tag(vault)});
    return event;
}

std::vector<audit::Event> Lockout::wrong(LockedAttempt& attempt) {
    subjects_ = &attempt.subjects;
    store::forget_locks(vault_.main(), now());
    std::vector<audit::Event> told;
    for (const auto& lock : model_.wrong(attempt.entry, now())) {
        const auto& subject = attempt.subjects[lock];
        auto event = lock_event(audit::Action::user_locked, lock, subject, vault_);
        event.changes.insert(event.changes.begin(),
                             {{"scope", "", std::string(lock_scope_name(lock.scope))},
                              {"method", "", subject.method},
                              {"duration", "", settings::format_duration(find(lock).until - now())}});
        told.push_back(std::move(event));
    }
    keep_time();
    return told;
}

void Lockout::right(LockedAttempt& attempt, UserId user) {
    subjects_ = &attempt.subjects;
    attempt.entry.cleared = key(LockScope::cleared, fmt::format("user {}", user.value));
    attempt.subjects[*attempt.entry.cleared] = {user, {}, {}, {}};
    for (auto& lock : store::account_locks(vault_.main(), user)) {
        if (!attempt.subjects.emplace(lock.key, std::move(lock.subject)).second) continue;
        attempt.entry.others.push_back(lock.key);
    }
    model_.right(attempt.entry, now());
    for (const auto& place : attempt.known_as)
        store::remember_place(vault_.main(), user, place, LockRules::known_places);
}

void Lockout::refuse(const LockVerdict& verdict, std::uint32_t methods, bool proved) {
    const auto scope = verdict.lock ? verdict.lock->scope : LockScope::account;
    const auto until = instant_of(verdict.until);
    if (verdict.factor_asked) {
        throw LoginRefused(Status::ERR_FACTOR_NEEDED,
                           "a PIN alone is not enough here at present: give the user name, too, or the card",
                           scope, until, methods);
    }
    const auto when = proved ? fmt::format("try again in {}", time_left(verdict.until - now()))
                             : std::string("try again later, or log in another way");
    throw LoginRefused(Status::ERR_LOCKED_OUT, fmt::format("{}; {}", sentence_for(scope), when), scope, until,
                       0);
}

std::optional<Instant> Lockout::account_locked_until(UserId user) {
    const auto until = store::locked_until(vault_.main(), user);
    if (!until || *until <= now()) return std::nullopt;
    return instant_of(*until);
}

bool Lockout::forget(UserId user) {
    const bool locked = account_locked_until(user).has_value();
    store::delete_locks(vault_.main(), user);
    return locked;
}

Elapsed Lockout::now() {
    // While this was closed, the running clock ran on; where it began anew it has run at least so long since.
    const auto running = vault_.clock().running();
    const auto kept = store::find_time(vault_.main());
    if (!kept) return Elapsed::zero();
    return kept->elapsed + (running >= kept->running ? running - kept->running : running);
}

void Lockout::keep_time() {
    const auto running = vault_.clock().running();
    store::save_time(vault_.main(), {now(), running});
}

Instant Lockout::instant_of(Elapsed time) {
    const auto clock = vault_.clock().now();  // which may say anything
    const auto left = time - now();
    return clock > Instant::max() - left ? Instant::max() : clock + left;
}

LockRecord Lockout::find(const LockKey& key) {
    return store::find_lock(vault_.main(), key);
}

void Lockout::save(const LockKey& key, const LockRecord& record) {
    const auto kept_until =
        record.entries.empty() ? record.until : record.entries.back() + model_.counts_for(key);
    store::save_lock(vault_.main(), key, record, (*subjects_)[key], std::max(kept_until, record.until));
}

}  // namespace myqsec::access
