#include "access/recovery.hpp"

#include <algorithm>

#include "access/identity/credential_policy.hpp"
#include "access/identity/credentials_store.hpp"
#include "access/identity/lockout.hpp"
#include "access/identity/profiles.hpp"
#include "access/identity/users_store.hpp"
#include "access/rights/roles_store.hpp"
#include "base/error.hpp"
#include "crypto/password.hpp"

namespace myqsec::access {

using audit::Action;

std::string Recovery::make_code(const Principal& principal) {
    // Later the host could give itself one, and would not have to wait.
    const bool first = principal.kind == PrincipalKind::system && !store::has_known_place(vault_.main()) &&
                       !store::find_recovery_code(vault_.main());
    const auto proof = authority_.authorise(principal, first ? Right::session_host : Right::user_manage);
    if (!first) authority_.require_covers(principal, RightSet::all(), audit::Object::instance());
    auto code = random_password();

    storage::Transaction transaction(vault_.main());
    const bool replaced = store::find_recovery_code(vault_.main()).has_value();
    store::save_recovery_code(vault_.main(), lasting_hash(vault_.keystore(), "recovery-code", code));
    audit_.append(transaction, {replaced ? Action::credential_changed : Action::credential_added,
                                proof.actor(),
                                audit::Object::instance(),
                                audit::Result::ok,
                                {{"credential", "", "recovery-code"}},
                                {}});
    transaction.commit();
    return code;
}

void Recovery::append_failure(storage::Transaction& transaction, const Authorised& proof,
                              audit::Object object, std::string_view wrong) {
    audit_.append(transaction, {Action::user_recovery_began,
                                proof.actor(),
                                object,
                                audit::Result::failed,
                                {{std::string(wrong), "", "wrong"}},
                                {}});
    transaction.commit();
}

void Recovery::require_root(const Authorised& proof, crypto::RootProvider& root) {
    try {
        const storage::Keystore opened(vault_.folder(), root);
        if (opened.instance_id() != vault_.keystore().instance_id())
            fail(Status::ERR_WRONG_KEY, "the root secret opens another instance's keystore");
    } catch (const Error& error) {
        if (error.status() != Status::ERR_WRONG_KEY) throw;
        storage::Transaction transaction(vault_.main());
        append_failure(transaction, proof, audit::Object::instance(), "root-secret");
        throw;
    }
}

namespace {

bool is_active_administrator(storage::Vault& vault, UserId id) {
    const auto user = store::find_user(vault.main(), id);
    if (!user || user->state != UserState::active) return false;
    const auto grants = store::grants_of_user(vault.main(), id, vault.clock().now());
    return std::ranges::any_of(grants, [](const store::EffectiveGrant& grant) {
        return !grant.scope_group && !grant.scope_queue && RightSet::all().without(grant.rights).empty();
    });
}

}  // namespace

UserId Recovery::administrator(std::string_view user_name) {
    const auto name = lookup_hash(vault_, lookup_domain::user_name, fold_user_name(user_name));
    const auto user = store::find_user(vault_.main(), name);
    if (!user) fail(Status::ERR_NOT_FOUND, "there is no user of that name");
    // Nobody becomes an administrator by this.
    if (!is_active_administrator(vault_, user->id))
        fail(Status::ERR_NOT_POSSIBLE, "user {} is no active administrator", user->id.value);
    return user->id;
}

Recovery::Recovered Recovery::recover(const Principal& system, crypto::RootProvider& root,
                                      std::string_view user_name, std::optional<std::string_view> code) {
    const auto proof = authority_.authorise_host(system);
    require_root(proof, root);
    Recovered made{random_password(), {}};
    const auto kdf = password_kdf(settings_);
    const auto verifier = crypto::make_password_verifier(
        made.password, vault_.keystore().key(storage::KeyPurpose::pepper), kdf);

    storage::Transaction transaction(vault_.main());
    const auto user = administrator(user_name);
    auto delay = settings_.duration(settings::Setting::recovery_delay);
    if (code) {
        const auto given = lasting_hash(vault_.keystore(), "recovery-code", *code);
        const auto kept = store::find_recovery_code(vault_.main());
        const bool right = kept && crypto::equal_constant_time(given, *kept);
        if (!right) {
            append_failure(transaction, proof, user, "recovery-code");
            fail(Status::ERR_AUTHENTICATION, "the recovery code is wrong, or was used");
        }
        store::save_recovery_code(vault_.main(), std::nullopt);
        delay = Duration::zero();
    }
    Lockout lockout(vault_, settings_);
    lockout.keep_time();
    const auto due = lockout.now() + delay;
    made.from = lockout.instant_of(due);
    store::save_recovery(vault_.main(), {user, {verifier, PasswordUse::alone, kdf}, due});
    audit_.append(transaction, {Action::user_recovery_began,
                                proof.actor(),
                                user,
                                audit::Result::ok,
                                {{"recovery-code", "", code ? "used" : "none"},
                                 {"delay", "", settings::format_duration(delay)}},
                                {}});
    transaction.commit();
    finish_due();
    return made;
}

Instant Recovery::finish_due() {
    Lockout lockout(vault_, settings_);
    while (const auto seen = store::next_recovery(vault_.main())) {
        if (seen->due > lockout.now()) return lockout.instant_of(seen->due);
        storage::Transaction transaction(vault_.main());
        const auto next = store::next_recovery(vault_.main());
        if (!next || next->due > lockout.now()) break;  // another thread was first
        store::delete_recovery(vault_.main(), next->user);
        if (!is_active_administrator(vault_, next->user)) {
            // Who was demoted or disabled meanwhile is no administrator to be let in again.
            audit_.append(transaction, {Action::user_recovered,
                                        audit::Actor::system(),
                                        next->user,
                                        audit::Result::failed,
                                        {{"reason", "", "no-administrator"}},
                                        {}});
            transaction.commit();
            continue;
        }
        store::save_password(vault_.main(), next->user, next->password, vault_.clock().now());
        lockout.forget(next->user);
        auto ended = sessions_.revoke(transaction, {next->user});
        audit_.append(
            transaction,
            {Action::user_recovered, audit::Actor::system(), next->user, audit::Result::ok, {}, {}});
        transaction.commit();
        ended.settle();
    }
    return Instant::max();
}

}  // namespace myqsec::access
