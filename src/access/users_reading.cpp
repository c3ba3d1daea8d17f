// Reading users: what a principal may see, and what upper layers need to know about a person.
#include "access/identity/credential_policy.hpp"
#include "access/identity/lockout.hpp"
#include "access/identity/profiles.hpp"
#include "access/identity/user_fields.hpp"
#include "access/identity/users_store.hpp"
#include "access/users.hpp"
#include "base/error.hpp"

namespace myqsec::access {

namespace {

User read(storage::LeafKeys::Reading& keys, Lockout& lockout, const store::UserRecord& record,
          const PasswordAging& aging) {
    auto user = open_user(record, keys.get(record.person));
    user.locked_until = lockout.account_locked_until(record.id);
    user.must_change_password = aging.must_change(record.password_changed, record.must_change_password);
    return user;
}

std::optional<store::UserRecord> find_named(storage::Vault& vault, std::string_view user_name) {
    const storage::Snapshot one_state(vault.main());
    return store::find_user(vault.main(),
                            lookup_hash(vault, lookup_domain::user_name, fold_user_name(user_name)));
}

}  // namespace

User Users::get(const Principal& principal, UserId user) {
    authority_.authorise_for(principal, user, Right::profile_own, Right::user_manage);
    Lockout lockout(vault_, settings_);
    storage::LeafKeys::Reading keys(vault_.leaf_keys());
    return read(keys, lockout, store::get_user(vault_.main(), user), {settings_, vault_.clock().now()});
}

UserId Users::find(const Principal& principal, std::string_view user_name) {
    if (!authority_.may(principal, Right::session_host)) authority_.authorise(principal, Right::user_manage);
    const auto found = named(user_name);
    if (!found) fail(Status::ERR_NOT_FOUND, "there is no user of that name");
    return *found;
}

Paged<User> Users::list(const Principal& principal, const UserFilter& filter, const Page& page) {
    // Who manages the users of a group sees those; everybody else is refused, and the refusal audited.
    const auto reach = authority_.authorise_list(principal, Right::user_manage);
    store::UserQuery query;
    query.state = filter.state;
    query.group = filter.group;
    if (!reach.everywhere) query.within = reach.groups;
    if (filter.user_name) {
        const auto found = find_named(vault_, *filter.user_name);
        if (!found) return {};
        query.user = found->id;
    }
    storage::LeafKeys::Reading keys(vault_.leaf_keys());
    const auto records = store::list_users(vault_.main(), query, page);
    Lockout lockout(vault_, settings_);
    const PasswordAging aging(settings_, vault_.clock().now());
    Paged<User> users;
    users.reserve(records.size());
    for (const auto& record : records)
        users.push_back(read(keys, lockout, record, aging));
    users.more = records.more;
    return users;
}

std::optional<UserId> Users::named(std::string_view user_name) {
    const auto found = find_named(vault_, user_name);
    if (!found) return std::nullopt;
    return found->id;
}

bool Users::exists(UserId user) {
    return store::find_user(vault_.main(), user).has_value();
}

LeafId Users::person(UserId user) {
    return store::get_user(vault_.main(), user).person;
}

crypto::Secret Users::person_key(UserId user) {
    return vault_.leaf_keys().get(person(user));
}

audit::Actor Users::actor(UserId user) {
    return {audit::ActorKind::user, store::get_user(vault_.main(), user).pseudonym};
}

bool Users::is_active(UserId user) {
    const auto record = store::find_user(vault_.main(), user);
    return record && record->state == UserState::active;
}

std::optional<UserId> Users::with_pseudonym(const audit::Pseudonym& pseudonym) {
    return store::find_user(vault_.main(), pseudonym);
}

NamedKey Users::named_key(UserId user, storage::LeafKeys::Reading& keys) {
    const auto record = store::get_user(vault_.main(), user);
    auto key = keys.get(record.person);
    auto name = open_user_name(record, key);
    return {std::move(key), std::move(name)};
}

Addressee Users::addressee(UserId user) {
    storage::LeafKeys::Reading keys(vault_.leaf_keys());
    const auto record = store::get_user(vault_.main(), user);
    const auto person = open_user(record, keys.get(record.person));
    return {person.user_name, person.full_name, person.email, person.language};
}

std::string Users::user_name(UserId user) {
    storage::LeafKeys::Reading keys(vault_.leaf_keys());
    return named_key(user, keys).name;
}

}  // namespace myqsec::access
