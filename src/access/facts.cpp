#include "access/facts.hpp"

#include "access/identity/credentials_store.hpp"
#include "access/identity/groups_store.hpp"
#include "access/identity/hash_renewal.hpp"
#include "access/identity/user_fields.hpp"
#include "base/error.hpp"
#include "crypto/random.hpp"
#include "storage/keys/personal_field.hpp"

namespace myqsec::access {

using audit::Action;

namespace {

std::string digits_of(std::int64_t id) {
    return fmt::format("{}", id);
}

[[noreturn]] void fail_taken() {
    fail(Status::ERR_EXISTS, "there is a user of that name already");
}

}  // namespace

void Facts::append(Action action, audit::Object object, std::vector<audit::Change> changes) {
    audit_.append(transaction_, {action, actor_, object, audit::Result::ok, std::move(changes), {}});
}

UserId Facts::add_user(const UserFields& fields, const storage::LeafKeys::FreshKey& person) {
    store::UserRecord record;
    record.person = person.leaf;
    record.pseudonym = crypto::random_array<16>();
    record.created = vault_.clock().now();
    auto changes = apply_fields(record, fields, vault_, person.key);
    if (store::find_user(vault_.main(), record.name)) fail_taken();
    const auto user = store::insert_user(vault_.main(), record);
    audit_.append(transaction_,
                  {Action::user_created, actor_, user, audit::Result::ok, std::move(changes.changes),
                   std::move(changes.personal)},
                  {person.leaf, &person.key});
    return user;
}

Facts::Changed Facts::change_user(store::UserRecord& record, const UserFields& fields) {
    auto changes = apply_fields(record, fields, vault_, vault_.leaf_keys().get(record.person));
    const auto holder = store::find_user(vault_.main(), record.name);
    if (holder && holder->id != record.id) fail_taken();
    const Changed changed{!changes.changes.empty() || !changes.personal.empty(), !changes.changes.empty()};
    if (changed.anything) {
        store::update_user(vault_.main(), record);
        audit_.append(transaction_, {Action::user_changed, actor_, record.id, audit::Result::ok,
                                     std::move(changes.changes), std::move(changes.personal)});
    }
    return changed;
}

GroupId Facts::add_group(const std::string& name, GroupId parent) {
    const auto group = store::insert_group(vault_.main(), name, parent);
    append(Action::group_created, group, {{"name", "", name}, {"parent", "", digits_of(parent.value)}});
    return group;
}

bool Facts::add_member(GroupId group, UserId user) {
    const bool entered = store::insert_member(vault_.main(), group, user);
    if (entered) append(Action::group_member_added, group, {{"user", "", digits_of(user.value)}});
    return entered;
}

bool Facts::remove_member(GroupId group, UserId user) {
    const bool left = store::delete_member(vault_.main(), group, user);
    if (left) append(Action::group_member_removed, group, {{"user", digits_of(user.value), ""}});
    return left;
}

CardId Facts::add_card(const NewCard& card, const crypto::Secret& person_key) {
    const auto sealed = storage::seal_field(person_key, card_label_place(card.hash), card.label);
    const auto id = store::insert_card(
        vault_.main(), {{}, card.user, card.hash, sealed, vault_.clock().now(), card.expires, std::nullopt});
    append(Action::credential_added, id, {{"user", "", digits_of(card.user.value)}});
    return id;
}

void Facts::remove_card(CardId card, UserId owner) {
    store::delete_card(vault_.main(), card);
    append(Action::credential_removed, card, {{"user", digits_of(owner.value), ""}});
}

}  // namespace myqsec::access
