#include "access/groups.hpp"

#include <algorithm>

#include "access/facts.hpp"
#include "access/identity/groups_store.hpp"
#include "access/identity/names.hpp"
#include "access/identity/users_store.hpp"
#include "access/rights/grants.hpp"
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

void Groups::require_authority(const Principal& principal, GroupId group, const std::vector<UserId>& people) {
    authority_.require_covers(principal, group);
    authority_.require_over(principal, authority_.rights_over(group), people, group);
    require_queues(principal, group);
}

void Groups::require_authority(const Principal& principal, GroupId group, GroupId moved) {
    authority_.require_covers(principal, group);
    authority_.require_over(principal, authority_.rights_over(group), moved);
    require_queues(principal, group);
}

void Groups::require_queues(const Principal& principal, GroupId group) {
    for (const auto queue : authority_.queues_open_to(group))
        (void)authority_.authorise(principal, Right::queue_manage, {{}, queue, {}});
}

/// Of those who leave a group, if they had anything by being in it. Before they leave.
Sessions::Revocation Groups::end_sessions(storage::Transaction& transaction, GroupId left,
                                          std::vector<UserId> people) {
    if (authority_.rights_through(left).empty()) people.clear();
    return authority_.end_sessions(transaction, std::move(people));
}

GroupId Groups::create(const Principal& principal, std::string_view given, GroupId parent) {
    const auto proof = authority_.authorise(principal, Right::group_manage);
    const auto name = prepared_name("a group's name", given);
    if (parent) require_authority(principal, parent, std::vector<UserId>());
    storage::Transaction transaction(vault_.main());
    if (parent) (void)store::get_group(vault_.main(), parent);
    const auto group = Facts(vault_, audit_, transaction, proof.actor()).add_group(name, parent);
    transaction.commit();
    return group;
}

void Groups::change(const Principal& principal, GroupId group, std::optional<std::string_view> name,
                    std::optional<GroupId> parent) {
    const auto proof = authority_.authorise(principal, Right::group_manage);
    const auto new_name = name ? std::optional(prepared_name("a group's name", *name)) : std::nullopt;
    // By its name others know what they give to whom.
    authority_.require_covers(principal, group);
    if (parent) {
        for (const auto surroundings : {store::get_group(vault_.main(), group).parent, *parent}) {
            if (surroundings) require_authority(principal, surroundings, group);
        }
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
    const bool moves = after.parent != before.parent;
    auto ended =
        end_sessions(transaction, before.parent, moves ? users_within({group}) : std::vector<UserId>());
    store::update_group(vault_.main(), after);
    if (parent) store::require_administrator_left(vault_.main());
    audit_.append(transaction,
                  change_event(Action::group_changed, proof, group,
                               {{"name", before.name, after.name},
                                {"parent", number(before.parent.value), number(after.parent.value)}}));
    transaction.commit();
    ended.settle();
}

void Groups::remove(const Principal& principal, GroupId group) {
    const auto proof = authority_.authorise(principal, Right::group_manage);
    require_authority(principal, group, users_within({group}));
    authorise_taking(authority_, principal, store::grants_on(vault_.main(), group), group);
    storage::Transaction transaction(vault_.main());
    const auto before = store::get_group(vault_.main(), group);
    if (store::has_children(vault_.main(), group)) {
        fail(Status::ERR_NOT_POSSIBLE, "group {} still has groups inside; move or delete them first",
             group.value);
    }
    const auto grants = store::grants_on(vault_.main(), group);
    audit_taken(audit_, transaction, proof, grants);
    auto ended = authority_.end_sessions(transaction, holders(vault_.main(), grants));
    auto left = end_sessions(transaction, group, users_within({group}));
    store::delete_group(vault_.main(), group);
    store::require_administrator_left(vault_.main());
    audit_.append(transaction,
                  change_event(Action::group_deleted, proof, group, {{"name", before.name, ""}}));
    transaction.commit();
    ended.settle();
    left.settle();
}

Paged<Group> Groups::list(const Principal& principal, const Page& page) {
    authority_.authorise(principal, Right::group_manage);
    return store::list_groups(vault_.main(), page);
}

void Groups::add(const Principal& principal, GroupId group, UserId user) {
    const auto proof = authority_.authorise(principal, Right::group_manage);
    require_authority(principal, group, std::vector{user});
    storage::Transaction transaction(vault_.main());
    (void)store::get_group(vault_.main(), group);
    (void)store::get_user(vault_.main(), user);
    Facts(vault_, audit_, transaction, proof.actor()).add_member(group, user);
    transaction.commit();
}

void Groups::remove_member(const Principal& principal, GroupId group, UserId user) {
    const auto proof = authority_.authorise(principal, Right::group_manage);
    require_authority(principal, group, std::vector{user});
    storage::Transaction transaction(vault_.main());
    (void)store::get_group(vault_.main(), group);
    const bool left = Facts(vault_, audit_, transaction, proof.actor()).remove_member(group, user);
    auto ended = end_sessions(transaction, group, left ? std::vector{user} : std::vector<UserId>());
    if (left) store::require_administrator_left(vault_.main());
    transaction.commit();
    ended.settle();
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
