#include "access/users.hpp"

#include "access/facts.hpp"
#include "access/identity/credential_policy.hpp"
#include "access/identity/credentials_store.hpp"
#include "access/identity/fresh_pin.hpp"
#include "access/identity/lockout.hpp"
#include "access/identity/user_fields.hpp"
#include "access/identity/users_store.hpp"
#include "access/rights/roles_store.hpp"
#include "base/error.hpp"
#include "crypto/password.hpp"

namespace myqsec::access {

using audit::Action;

Users::Users(storage::Vault& vault, audit::AuditLog& audit, const settings::Settings& settings,
             Authority& authority)
    : vault_(vault), audit_(audit), settings_(settings), authority_(authority) {}

UserId Users::insert(storage::Transaction& transaction, const audit::Actor& actor, const UserFields& fields) {
    const auto person = vault_.leaf_keys().create(transaction, storage::LeafKind::person, 1);
    return Facts(vault_, audit_, transaction, actor).add_user(fields, person.front());
}

namespace {

/// The password of one that nobody has used may have been lost before anybody saw it.
void require_no_administrator(storage::Database& main) {
    if (store::count_administrators(main) > 0 && !store::find_unused_administrator(main))
        fail(Status::ERR_EXISTS, "there is an administrator already");
}

}  // namespace

FirstAdministrator Users::create_first_administrator(const Principal& system, const UserFields& given) {
    const auto proof = authority_.authorise_host(system);
    const auto fields = prepared_fields(given);
    if (!fields.user_name) fail(Status::ERR_INVALID_ARGUMENT, "the field user_name may not be empty");
    if (fields.state == UserState::disabled)
        fail(Status::ERR_NOT_POSSIBLE, "the administrator must be active");
    require_no_administrator(vault_.main());

    FirstAdministrator made{{}, random_password()};
    const auto kdf = password_kdf(settings_);
    const auto verifier = crypto::make_password_verifier(
        made.password, vault_.keystore().key(storage::KeyPurpose::pepper), kdf);

    storage::Transaction transaction(vault_.main());
    require_no_administrator(vault_.main());
    if (const auto unseen = store::find_unused_administrator(vault_.main())) {
        erase(transaction, proof.actor(), *unseen);
        store::save_recovery_code(vault_.main(), std::nullopt);  // nobody has seen that either
    }
    made.user = insert(transaction, proof.actor(), fields);
    store::save_password(vault_.main(), made.user, {verifier, PasswordUse::alone, kdf}, vault_.clock().now());
    store::mark_password_unused(vault_.main(), made.user);
    Grant grant;
    grant.user = made.user;
    store::insert_grant(vault_.main(), administrator_role, grant);
    audit_.append(transaction, {Action::role_granted,
                                proof.actor(),
                                made.user,
                                audit::Result::ok,
                                {{"role", "", "administrator"}},
                                {}});
    transaction.commit();
    return made;
}

UserId Users::create(const Principal& principal, const UserFields& given) {
    const auto proof = authority_.authorise(principal, Right::user_manage);
    const auto fields = prepared_fields(given);
    if (!fields.user_name) fail(Status::ERR_INVALID_ARGUMENT, "the field user_name may not be empty");
    storage::Transaction transaction(vault_.main());
    const auto user = insert(transaction, proof.actor(), fields);
    transaction.commit();
    return user;
}

UserWithPin Users::create_with_pin(const Principal& principal, const UserFields& given) {
    const auto proof = authority_.authorise(principal, Right::user_manage);
    const auto pin_proof = authority_.authorise(principal, Right::credential_manage);
    const auto fields = prepared_fields(given);
    if (!fields.user_name) fail(Status::ERR_INVALID_ARGUMENT, "the field user_name may not be empty");
    storage::Transaction transaction(vault_.main());
    UserWithPin made;
    made.user = insert(transaction, proof.actor(), fields);
    made.pin = give_fresh_pin(transaction, vault_, settings_, audit_, pin_proof.actor(), made.user);
    transaction.commit();
    return made;
}

void Users::require_authority_over(const Principal& principal, UserId user) {
    (void)store::get_user(vault_.main(), user);
    authority_.require_covers(principal, user);
}

void Users::change(const Principal& principal, UserId user, const UserFields& given) {
    const auto proof =
        authority_.authorise(principal, Right::user_manage, {.user = user, .queue = {}, .device = {}});
    require_authority_over(principal, user);
    const auto fields = prepared_fields(given);
    storage::Transaction transaction(vault_.main());
    auto record = store::get_user(vault_.main(), user);
    const auto changed = Facts(vault_, audit_, transaction, proof.actor()).change_user(record, fields);
    if (changed.state) store::require_administrator_left(vault_.main());
    const bool disabled = record.state != UserState::active;
    auto ended = authority_.end_sessions(transaction, disabled ? std::vector{user} : std::vector<UserId>());
    transaction.commit();
    ended.settle();
}

void Users::remove(const Principal& principal, UserId user) {
    const auto proof =
        authority_.authorise(principal, Right::user_manage, {.user = user, .queue = {}, .device = {}});
    require_authority_over(principal, user);
    storage::Transaction transaction(vault_.main());
    erase(transaction, proof.actor(), user);
    store::require_administrator_left(vault_.main());
    auto ended = authority_.end_sessions(transaction, {user});
    vault_.leaf_keys().commit_erased(transaction, [&] { ended.settle(); });
}

void Users::erase(storage::Transaction& transaction, const audit::Actor& actor, UserId user) {
    const auto record = store::get_user(vault_.main(), user);
    for (const auto& hook : hooks_)
        hook(transaction, user);
    store::delete_user(vault_.main(), user);
    vault_.leaf_keys().destroy(transaction, record.person);
    audit_.append(transaction, {Action::user_deleted, actor, user, audit::Result::ok, {}, {}});
}

void Users::unlock(const Principal& principal, UserId user) {
    const auto proof =
        authority_.authorise(principal, Right::user_manage, {.user = user, .queue = {}, .device = {}});
    require_authority_over(principal, user);
    storage::Transaction transaction(vault_.main());
    (void)store::get_user(vault_.main(), user);
    if (Lockout(vault_, settings_).forget(user)) {
        audit_.append(transaction, {Action::user_unlocked, proof.actor(), user, audit::Result::ok, {}, {}});
    }
    transaction.commit();
}

void Users::before_removal(RemovalHook hook) {
    hooks_.push_back(std::move(hook));
}

}  // namespace myqsec::access
