#include "access/groups.hpp"

#include <algorithm>

#include "access/identity/groups_store.hpp"
#include "access/identity/names.hpp"
#include "access/identity/users_store.hpp"
#include "access/rights/roles_store.hpp"
#include "base/error.hpp"

namespace myqsec::access {

using audit::Action;

namespace {

std::string number(std::int64_t id) {
    return fmt::format("{}", id);
}

}  // namespace

Groups::Groups(storage::Vault& vault, audit::AuditLog& audit, Authority& authority)
    : vault_(vault), audit_(audit), authority_(authority) {}

GroupId Groups::create(const Principal& principal, std::string_view given, GroupId parent) {
    const auto proof = authority_.authorise(principal, Right::group_manage);
    const auto name = prepared_name("a group's name", given);
    storage::Transaction transaction(vault_.main());
    if (parent) (void)store::get_group(vault_.main(), parent);
    const auto group = store::insert_group(vault_.main(), name, parent);
    audit_.append(transaction, change_event(Action::group_created, proof, group,
                                            {{"name", "", name}, {"parent", "", number(parent.value)}}));
    transaction.commit();
    return group;
}

void Groups::change(const Principal& principal, GroupId group, std::optional<std::string_view> name,
                    std::optional<GroupId> parent) {
    const auto proof = authority_.authorise(principal, Right::group_manage);
    const auto new_name = name ? std::optional(prepared_name("a group's name", *name)) : std::nullopt;
    if (parent) {
        // Moving gives the members what the new surroundings hold, and takes what the old ones held.
        auto needed = authority_.rights_through(group);
        needed |= authority_.rights_through(*parent);
        authority_.require_covers(principal, needed, group);
    }
    storage::Transaction transaction(vault_.main());
    const auto before = store::get_group(vault_.main(), group);
    auto after = before;
    after.name = new_name.value_or(before.name);
    if (parent) after.parent = *parent;
    if (after.parent) {
        (void)store::get_group(vault_.main(), after.parent);
        const auto around = store::group_and_ancestors(vault_.main(), after.parent);
        if (std::ranges::find(around, group) != around.end()) {
            fail(Status::ERR_NOT_POSSIBLE, "a group cannot be inside itself");
        }
    }
    store::update_group(vault_.main(), after);
    if (parent) store::require_administrator_left(vault_.main());
    audit_.append(transaction,
                  change_event(Action::group_changed, proof, group,
                               {{"name", before.name, after.name},
                                {"parent", number(before.parent.value), number(after.parent.value)}}));
    transaction.commit();
}

void Groups::remove(const Principal& principal, GroupId group) {
    const auto proof = authority_.authorise(principal, Right::group_manage);
    authority_.require_covers(principal, authority_.rights_through(group), group);
    storage::Transaction transaction(vault_.main());
    const auto before = store::get_group(vault_.main(), group);
    if (store::has_children(vault_.main(), group)) {
        fail(Status::ERR_NOT_POSSIBLE, "group {} still has groups inside; move or delete them first",
             group.value);
    }
    store::delete_group(vault_.main(), group);
    store::require_administrator_left(vault_.main());
    audit_.append(transaction,
                  change_event(Action::group_deleted, proof, group, {{"name", before.name, ""}}));
    transaction.commit();
}

Paged<Group> Groups::list(const Principal& principal, const Page& page) {
    authority_.authorise(principal, Right::group_manage);
    return store::list_groups(vault_.main(), page);
}

void Groups::add(const Principal& principal, GroupId group, UserId user) {
    const auto proof = authority_.authorise(principal, Right::group_manage);
    // A membership is a grant of all that the group holds.
    authority_.require_covers(principal, authority_.rights_through(group), group);
    storage::Transaction transaction(vault_.main());
    (void)store::get_group(vault_.main(), group);
    (void)store::get_user(vault_.main(), user);
    if (store::insert_member(vault_.main(), group, user)) {
        audit_.append(transaction, change_event(Action::group_member_added, proof, group,
                                                {{"user", "", number(user.value)}}));
    }
    transaction.commit();
}

void Groups::remove_member(const Principal& principal, GroupId group, UserId user) {
    const auto proof = authority_.authorise(principal, Right::group_manage);
    authority_.require_covers(principal, authority_.rights_through(group), group);
    storage::Transaction transaction(vault_.main());
    (void)store::get_group(vault_.main(), group);
    if (store::delete_member(vault_.main(), group, user)) {
        store::require_administrator_left(vault_.main());
        audit_.append(transaction, change_event(Action::group_member_removed, proof, group,
                                                {{"user", number(user.value), ""}}));
    }
    transaction.commit();
}

Paged<UserId> Groups::members(const Principal& principal, GroupId group, const Page& page) {
    authority_.authorise(principal, Right::group_manage);
    (void)store::get_group(vault_.main(), group);
    return store::members_of(vault_.main(), group, page);
}

std::vector<GroupId> Groups::groups_of(UserId user) {
    return store::groups_of(vault_.main(), user);
}

std::vector<UserId> Groups::users_within(const std::vector<GroupId>& groups) {
    return store::users_within(vault_.main(), groups);
}

bool Groups::is_member(UserId user, GroupId group) {
    const auto groups = groups_of(user);
    return std::ranges::find(groups, group) != groups.end();
}

bool Groups::exists(GroupId group) {
    return !store::group_and_ancestors(vault_.main(), group).empty();
}

}  // namespace myqsec::access
