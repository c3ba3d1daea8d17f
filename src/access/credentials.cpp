#include "access/credentials.hpp"

#include "access/identity/credential_policy.hpp"
#include "access/identity/credentials_store.hpp"
#include "access/identity/fresh_pin.hpp"
#include "access/identity/lockout.hpp"
#include "access/identity/pin_policy.hpp"
#include "access/identity/profiles.hpp"
#include "access/identity/user_fields.hpp"
#include "access/identity/users_store.hpp"
#include "base/error.hpp"
#include "crypto/password.hpp"

namespace myqsec::access {

using audit::Action;
using settings::Setting;

namespace {

audit::Event event(Action action, const Authorised& proof, UserId user, std::string_view credential) {
    return {action, proof.actor(), user, audit::Result::ok, {{"credential", "", std::string(credential)}},
            {}};
}

bool is_same_password(std::string_view entered, const crypto::Secret& other) {
    const auto prepared = entered_password(entered);
    return crypto::equal_constant_time(prepared.view(), other.view());
}

}  // namespace

Credentials::Credentials(storage::Vault& vault, audit::AuditLog& audit, const settings::Settings& settings,
                         Authority& authority)
    : vault_(vault), audit_(audit), settings_(settings), authority_(authority) {}

Authorised Credentials::authorise(const Principal& principal, UserId user,
                                  std::optional<std::string_view> current) {
    const auto proof =
        authority_.authorise_for(principal, user, Right::credential_own, Right::credential_manage);
    const auto record = store::get_user(vault_.main(), user);
    if (principal.is(user)) {
        check_current(record, current);
    } else {
        // Whoever sets another's credentials can log in as that person.
        authority_.require_covers(principal, user);
    }
    return proof;
}

void Credentials::check_current(const store::UserRecord& user, std::optional<std::string_view> current) {
    const auto stored = store::find_password(vault_.main(), user.id);
    if (!stored) return;
    Lockout lockout(vault_, settings_);
    auto attempt = lockout.attempt_in_session(user.id);
    const auto require_open = [&] {
        const auto verdict = lockout.judge(attempt);
        if (!verdict.admits) lockout.refuse(verdict, 0, true);  // whoever asks has logged in
    };
    require_open();
    const auto& pepper = vault_.keystore().key(storage::KeyPurpose::pepper);
    const auto entered = entered_password(current.value_or(""));
    const bool right =
        current && crypto::check_password(as_text(entered.view()), pepper, stored->verifier, stored->kdf);

    storage::Transaction transaction(vault_.main());
    // Again, because guesses may have run in parallel: which of them count is decided here, one after the
    // other.
    require_open();
    if (right) {
        lockout.right(attempt, user.id);
    } else {
        audit_.append(transaction, {Action::session_login_failed,
                                    audit::Actor::anonymous(),
                                    user.id,
                                    audit::Result::failed,
                                    {{"method", "", "current-password"}},
                                    {}});
        for (const auto& begun : lockout.wrong(attempt))
            audit_.append(transaction, begun);
    }
    transaction.commit();
    if (!right) fail(Status::ERR_AUTHENTICATION, "the current password is missing or wrong");
}

void Credentials::check_history(UserId user, std::string_view password) {
    if (settings_.text(Setting::password_profile) != "complexity") return;
    const auto& pepper = vault_.keystore().key(storage::KeyPurpose::pepper);
    const auto keep = settings_.integer(Setting::password_history);
    auto earlier = store::password_history(vault_.main(), user, keep);
    if (const auto present = store::find_password(vault_.main(), user); present && keep > 0) {
        earlier.push_back(present->verifier);
    }
    for (const auto& verifier : earlier) {
        if (crypto::check_password(password, pepper, verifier, password_kdf(settings_))) {
            fail(Status::ERR_LIMIT, "the password was used before; the last {} may not be used again", keep);
        }
    }
}

void Credentials::set_password(const Principal& principal, UserId user,
                               std::optional<std::string_view> current, std::string_view given,
                               PasswordUse use) {
    const auto proof = authorise(principal, user, current);
    const auto prepared = prepared_password(given);
    const auto password = as_text(prepared.view());
    if (principal.is(user) && current && is_same_password(*current, prepared))
        fail(Status::ERR_LIMIT, "the new password is the present one");
    const auto record = store::get_user(vault_.main(), user);
    const auto person = open_user(record, vault_.leaf_keys().get(record.person));
    check_password_policy(settings_, password, {person.user_name, person.full_name, person.email}, use);
    check_history(user, password);
    const auto kdf = password_kdf(settings_);
    const auto verifier =
        crypto::make_password_verifier(password, vault_.keystore().key(storage::KeyPurpose::pepper), kdf);

    storage::Transaction transaction(vault_.main());
    const bool replaced = store::get_user(vault_.main(), user).password.has_value();
    store::retire_password(vault_.main(), user, settings_.integer(Setting::password_history));
    const bool must_change =
        !principal.is(user) && settings_.boolean(Setting::password_change_at_first_login);
    store::save_password(vault_.main(), user, {verifier, use, kdf}, vault_.clock().now(), must_change);
    store::delete_recovery(vault_.main(), user);  // whoever can set it needs none, and may not be overruled
    audit_.append(transaction, event(replaced ? Action::credential_changed : Action::credential_added, proof,
                                     user, "password"));
    auto ended = authority_.end_sessions(transaction, replaced ? std::vector{user} : std::vector<UserId>(),
                                         principal.session);
    transaction.commit();
    ended.settle();
    if (principal.is(user)) authority_.lift_limit(principal);
}

void Credentials::expire_password(const Principal& principal, UserId user) {
    const auto proof =
        authority_.authorise(principal, Right::credential_manage, {.user = user, .queue = {}, .device = {}});
    (void)store::get_user(vault_.main(), user);
    authority_.require_covers(principal, user);
    storage::Transaction transaction(vault_.main());
    if (!store::mark_password_to_change(vault_.main(), user))
        fail(Status::ERR_NOT_FOUND, "user {} has no password", user.value);
    auto changed = event(Action::credential_changed, proof, user, "password");
    changed.changes.push_back({"must_change", "", "true"});
    audit_.append(transaction, changed);
    auto ended = authority_.end_sessions(transaction, {user}, principal.session);
    transaction.commit();
    ended.settle();
}

crypto::Secret Credentials::generate_pin(const Principal& principal, UserId user,
                                         std::optional<std::string_view> current) {
    authority_.require_unlimited(principal);
    const auto proof = authorise(principal, user, current);
    storage::Transaction transaction(vault_.main());
    auto fresh = fresh_pin(vault_, settings_, user);
    save_pin(principal, proof, transaction, fresh.record, "pin");
    return std::move(fresh.pin);
}

PinUse Credentials::set_pin(const Principal& principal, UserId user, std::optional<std::string_view> current,
                            std::string_view pin) {
    authority_.require_unlimited(principal);
    const auto proof = authorise(principal, user, current);
    storage::Transaction transaction(vault_.main());
    const auto use = check_chosen_pin(settings_, pin, store::count_users(vault_.main()));
    save_pin(principal, proof, transaction,
             {user, std::nullopt, pin_factor_hashes(vault_, user, pin).front(),
              static_cast<std::int64_t>(pin.size()), use},
             "chosen-pin");
    return use;
}

void Credentials::save_pin(const Principal& principal, const Authorised& proof,
                           storage::Transaction& transaction, const store::PinRecord& pin,
                           std::string_view kind) {
    const bool replaced = store::get_user(vault_.main(), pin.user).pin.has_value();
    store::save_pin(vault_.main(), pin, vault_.clock().now());
    audit_.append(transaction, event(replaced ? Action::credential_changed : Action::credential_added, proof,
                                     pin.user, kind));
    auto ended = authority_.end_sessions(
        transaction, replaced ? std::vector{pin.user} : std::vector<UserId>(), principal.session);
    transaction.commit();
    ended.settle();
}

void Credentials::remove_pin(const Principal& principal, UserId user,
                             std::optional<std::string_view> current) {
    authority_.require_unlimited(principal);
    const auto proof = authorise(principal, user, current);
    storage::Transaction transaction(vault_.main());
    if (!store::delete_pin(vault_.main(), user))
        fail(Status::ERR_NOT_FOUND, "user {} has no PIN", user.value);
    audit_.append(transaction, event(Action::credential_removed, proof, user, "pin"));
    auto ended = authority_.end_sessions(transaction, {user}, principal.session);
    transaction.commit();
    ended.settle();
}

}  // namespace myqsec::access
