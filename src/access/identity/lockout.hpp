// Lockout: the model over the database, with the names of what is locked, and the audit log told.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/identity/lock_model.hpp"
#include "access/identity/lock_store.hpp"
#include "access/identity/names.hpp"
#include "audit/audit_log.hpp"
#include "base/error.hpp"
#include "settings/settings.hpp"
#include "storage/vault.hpp"

namespace myqsec::access {

/// Where an attempt comes from; neither: the host itself.
struct Place {
    DeviceId device;
    std::string source;

    /// For the audit log, in which an address may not stand for ever.
    [[nodiscard]] std::string source_tag(storage::Vault& vault) const;
};

/// A login that is refused for now. What it knows beyond the sentence is the host's to act on, not to show.
class LoginRefused : public Error {
 public:
    LoginRefused(Status status, const std::string& sentence, LockScope by, std::optional<Instant> end,
                 std::uint32_t other_methods)
        : Error(status, sentence), scope(by), until(end), methods(other_methods) {}

    LockScope scope;
    std::optional<Instant> until;
    std::uint32_t methods;  ///< by which to ask instead; 0: none
};

/// The source that a lock's record holds, or "". Sealed under a key of the keystore, for this lock alone.
[[nodiscard]] std::string source_of(const LockKey& lock, const store::LockSubject& subject,
                                    const storage::Keystore& keystore);

/// About whom or what is locked, and where; no more is said yet.
[[nodiscard]] audit::Event lock_event(audit::Action action, const LockKey& lock,
                                      const store::LockSubject& subject, storage::Vault& vault);

/// One attempt: what the model sees of it, and what its locks are called.
struct LockedAttempt {
    LockedEntry entry;
    std::map<LockKey, store::LockSubject> subjects;
    std::vector<LockKey> known_as;  ///< its place, among those that know people from then on if it is right
    bool somebody_known = false;    ///< there; elsewhere a locked attempt tells nothing by its time
};

/// Built for each use. Works in the caller's transaction, if there is one.
class Lockout final : public LockBook {
 public:
    Lockout(storage::Vault& vault, const settings::Settings& settings)
        : vault_(vault), model_(*this, LockRules::of(settings)) {}

    /// `named`: the name or card that it names, if any, in its one spelling. `user`: whose that is, or
    /// nobody's. Not inside a snapshot.
    LockedAttempt attempt(const Place& place, std::string_view method,
                          const std::optional<std::string>& named, UserId user);
    /// At the password of somebody who has logged in: one by name and password, where the person is known.
    LockedAttempt attempt_in_session(UserId user);
    [[nodiscard]] LockVerdict judge(const LockedAttempt& attempt) {
        return model_.judge(attempt.entry, now());
    }
    /// Counts a wrong entry. Returns what the audit log is to be told: user.locked for each lock that begins.
    [[nodiscard]] std::vector<audit::Event> wrong(LockedAttempt& attempt);
    /// Clears the person's own wrong entries, and makes the person known at the place; who has shown but a
    /// card becomes known there for cards only.
    void right(LockedAttempt& attempt, UserId user);
    /// Throws LoginRefused: ERR_LOCKED_OUT, or ERR_FACTOR_NEEDED with the `methods` to ask by. Who has
    /// `proved` a factor is told until when.
    [[noreturn]] void refuse(const LockVerdict& verdict, std::uint32_t methods, bool proved);

    [[nodiscard]] std::optional<Instant> account_locked_until(UserId user);
    /// Ends all locks of the account and forgets what they counted. True if one was in force.
    bool forget(UserId user);

    [[nodiscard]] Elapsed now();
    [[nodiscard]] Instant instant_of(Elapsed time);
    /// At each opening: what passed until now has passed, whatever the clocks say later.
    void keep_time();

    [[nodiscard]] LockRecord find(const LockKey& key) override;
    void save(const LockKey& key, const LockRecord& record) override;

 private:
    [[nodiscard]] LockKey key(LockScope scope, std::string_view text) const;
    [[nodiscard]] LockKey account(std::string_view method, std::string_view named, UserId user);
    [[nodiscard]] LockKey account_of(UserId user, std::string_view method, std::string_view where = {}) const;

    storage::Vault& vault_;
    LockModel model_;
    std::map<LockKey, store::LockSubject>* subjects_ = nullptr;  ///< of the attempt whose records are saved
};

}  // namespace myqsec::access
