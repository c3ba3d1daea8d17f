#include "access/roles.hpp"

#include <algorithm>

#include "access/identity/groups_store.hpp"
#include "access/identity/names.hpp"
#include "access/identity/profiles.hpp"
#include "access/identity/users_store.hpp"
#include "access/rights/grants.hpp"
#include "access/rights/roles_store.hpp"
#include "audit/event/event_text.hpp"
#include "base/error.hpp"

namespace myqsec::access {

using audit::Action;

namespace {

bool is_built_in(RoleId role) {
    return std::ranges::find(built_in_roles(), role, &BuiltInRole::id) != built_in_roles().end();
}

std::string prepared_role_name(std::string_view given) {
    auto name = prepared_name("a role's name", given);
    if (std::ranges::find(built_in_roles(), fold_user_name(name), &BuiltInRole::name) !=
        built_in_roles().end()) {
        fail(Status::ERR_EXISTS, "there is a built-in role of that name");
    }
    return name;
}

/// "" for none.
std::string end_text(std::optional<Instant> until) {
    return until ? audit::rfc3339(*until) : "";
}

}  // namespace

Roles::Roles(storage::Vault& vault, audit::AuditLog& audit, Authority& authority)
    : vault_(vault), audit_(audit), authority_(authority) {}

RoleId Roles::create(const Principal& principal, std::string_view given, RightSet rights) {
    const auto proof = authority_.authorise(principal, Right::role_manage);
    const auto name = prepared_role_name(given);
    authority_.require_covers(principal, rights, {});
    storage::Transaction transaction(vault_.main());
    const auto role = store::insert_role(vault_.main(), name, rights);
    audit_.append(transaction, change_event(Action::role_created, proof, role,
                                            {{"name", "", name}, {"rights", "", rights.names()}}));
    transaction.commit();
    return role;
}

Role Roles::find_custom(RoleId role) {
    if (is_built_in(role)) fail(Status::ERR_NOT_POSSIBLE, "built-in roles cannot be changed or deleted");
    const auto roles = store::custom_roles(vault_.main());
    const auto found = std::ranges::find(roles, role, &Role::id);
    if (found == roles.end()) fail(Status::ERR_NOT_FOUND, "there is no role {}", role.value);
    return *found;
}

void Roles::change(const Principal& principal, RoleId role, std::optional<std::string_view> name,
                   std::optional<RightSet> rights) {
    const auto proof = authority_.authorise(principal, Right::role_manage);
    const auto before = find_custom(role);
    auto after = before;
    if (name) after.name = prepared_role_name(*name);
    if (rights) after.rights = *rights;
    auto concerned = before.rights;
    concerned |= after.rights;
    authority_.require_covers(principal, concerned, role);
    storage::Transaction transaction(vault_.main());
    std::vector<audit::Change> changes;
    if (after.name != before.name) changes.push_back({"name", before.name, after.name});
    if (after.rights != before.rights)
        changes.push_back({"rights", before.rights.names(), after.rights.names()});
    if (changes.empty()) return;
    store::update_role(vault_.main(), after);
    audit_.append(transaction, change_event(Action::role_changed, proof, role, std::move(changes)));
    const bool takes = !before.rights.without(after.rights).empty();
    auto ended = authority_.end_sessions(
        transaction,
        takes ? holders(vault_.main(), store::grants_on(vault_.main(), role)) : std::vector<UserId>());
    transaction.commit();
    ended.settle();
}

void Roles::remove(const Principal& principal, RoleId role) {
    const auto proof = authority_.authorise(principal, Right::role_manage);
    const auto found = find_custom(role);
    authority_.require_covers(principal, found.rights, role);
    storage::Transaction transaction(vault_.main());
    const auto grants = store::grants_on(vault_.main(), role);
    audit_taken(audit_, transaction, proof, grants);
    auto ended = authority_.end_sessions(transaction, holders(vault_.main(), grants));
    store::delete_role(vault_.main(), role);
    audit_.append(transaction,
                  change_event(Action::role_deleted, proof, role,
                               {{"name", found.name, ""}, {"rights", found.rights.names(), ""}}));
    transaction.commit();
    ended.settle();
}

Paged<Role> Roles::list(const Principal& principal, const Page& page) {
    authority_.authorise(principal, Right::role_manage);
    const auto custom = store::list_roles(vault_.main(), page);
    std::vector<Role> roles(custom.begin(), custom.end());
    for (const auto& one : built_in_roles()) {
        if (page.goes_beyond(one.id.value))
            roles.push_back({one.id, std::string(one.name), true, one.rights});
    }
    std::ranges::sort(
        roles, [&](const Role& a, const Role& b) { return page.descending ? a.id > b.id : a.id < b.id; });
    auto listed = page_of(std::move(roles), page, [](const Role& one) { return one.id.value; });
    if (listed.more == 0) listed.more = custom.more;
    return listed;
}

Role Roles::find(std::string_view name) {
    const auto built_in = std::ranges::find(built_in_roles(), name, &BuiltInRole::name);
    if (built_in != built_in_roles().end()) {
        if (!built_in->grantable)
            fail(Status::ERR_NOT_POSSIBLE, "the role {} cannot be given or taken", built_in->name);
        return {built_in->id, std::string(name), true, built_in->rights};
    }
    const auto stored = fold_name(name);
    for (const auto& one : store::custom_roles(vault_.main())) {
        if (one.name == stored) return one;
    }
    fail(Status::ERR_NOT_FOUND, "there is no role of that name; list the roles to see all");
}

void Roles::check_grant(const Grant& grant, RightSet rights) {
    auto& main = vault_.main();
    if (!grant.user == !grant.group) {
        fail(Status::ERR_INVALID_ARGUMENT, "a role is given to exactly one user or group");
    }
    if (grant.user) (void)store::get_user(main, grant.user);
    if (grant.group) (void)store::get_group(main, grant.group);
    if (grant.scope_group) (void)store::get_group(main, grant.scope_group);
    if (grant.scope_queue && !queue_exists_(grant.scope_queue))
        fail(Status::ERR_NOT_FOUND, "there is no queue {}", grant.scope_queue.value);
    if (grant.until && (*grant.until <= vault_.clock().now() || *grant.until > last_instant))
        fail(Status::ERR_INVALID_ARGUMENT,
             "the end of a grant must lie in the future, and before the year 10000");
    if (grant.scope_group && grant.scope_queue && (rights & rights_within_both()).empty()) {
        fail(
            Status::ERR_INVALID_ARGUMENT,
            "limited to a group and a queue this role gives nothing: none of its rights is one over people's "
            "jobs");
    }
    if (grant.scope_group && (rights & rights_within(Limit::group)).empty()) {
        fail(Status::ERR_INVALID_ARGUMENT,
             "limited to a group this role gives nothing: none of its rights is one over people or their "
             "jobs");
    }
    if (grant.scope_queue && (rights & rights_within(Limit::queue)).empty()) {
        fail(Status::ERR_INVALID_ARGUMENT,
             "limited to a queue this role gives nothing: none of its rights is one over queues or jobs");
    }
}

void Roles::give(const Principal& principal, std::string_view name, const Grant& grant) {
    const auto proof = authority_.authorise(principal, Right::role_manage);
    const auto role = find(name);
    authority_.require_covers(principal, role.rights, object_of(grant));
    storage::Transaction transaction(vault_.main());
    check_grant(grant, role.rights);
    const auto before = store::find_grant(vault_.main(), role.id, grant);
    if (before && before->grant.until == grant.until) return;
    std::vector<audit::Change> changes{{"role", before ? role.name : "", role.name},
                                       {"grant", before ? text_of(grant) : "", text_of(grant)}};
    if (const auto old = before ? before->grant.until : std::nullopt; old != grant.until)
        changes.push_back({"until", end_text(old), end_text(grant.until)});
    if (before) {
        store::update_grant(vault_.main(), before->id, grant.until);
        store::require_administrator_left(vault_.main());
    } else {
        store::insert_grant(vault_.main(), role.id, grant);
    }
    audit_.append(transaction,
                  change_event(Action::role_granted, proof, object_of(grant), std::move(changes)));
    transaction.commit();
}

void Roles::take(const Principal& principal, std::string_view name, const Grant& grant) {
    const auto proof = authority_.authorise(principal, Right::role_manage);
    const auto role = find(name);
    authority_.require_covers(principal, role.rights, object_of(grant));
    storage::Transaction transaction(vault_.main());
    if (!store::delete_grant(vault_.main(), role.id, grant)) {
        fail(Status::ERR_NOT_FOUND, "the role {} is not given in that way", role.name);
    }
    store::require_administrator_left(vault_.main());
    audit_.append(transaction, change_event(Action::role_revoked, proof, object_of(grant),
                                            {{"role", role.name, ""}, {"grant", text_of(grant), ""}}));
    auto ended = authority_.end_sessions(
        transaction, holders(vault_.main(), {{0, role.id, role.name, grant, role.rights}}));
    transaction.commit();
    ended.settle();
}

Paged<GrantRow> Roles::grants(const Principal& principal, const Page& page) {
    authority_.authorise(principal, Right::role_manage);
    return store::list_grants(vault_.main(), page);
}

Instant Roles::end_over() {
    constexpr std::int64_t at_once = 64;
    const auto now = vault_.clock().now();
    if (!store::grants_over(vault_.main(), now, 1).empty()) {
        storage::Transaction transaction(vault_.main());
        const auto over = store::grants_over(vault_.main(), now, at_once);
        for (const auto& row : over) {
            store::delete_grant(vault_.main(), row.role, row.grant);
            audit_.append(transaction, {.action = Action::role_revoked,
                                        .actor = audit::Actor::system(),
                                        .object = object_of(row.grant),
                                        .changes = {{"role", row.role_name, ""},
                                                    {"grant", text_of(row.grant), ""},
                                                    {"until", end_text(row.grant.until), ""}},
                                        .personal = {}});
        }
        auto ended = authority_.end_sessions(transaction, holders(vault_.main(), over));
        transaction.commit();
        ended.settle();
    }
    return store::first_end_of_grants(vault_.main()).value_or(Instant::max());
}

void Roles::authorise_forgetting(const Principal& principal, QueueId queue) {
    authorise_taking(authority_, principal, store::grants_on(vault_.main(), queue), queue);
}

Sessions::Revocation Roles::forget_queue(storage::Transaction& transaction, const Authorised& proof,
                                         QueueId queue) {
    const auto grants = store::grants_on(vault_.main(), queue);
    audit_taken(audit_, transaction, proof, grants);
    store::delete_queue_grants(transaction.database(), queue);
    return authority_.end_sessions(transaction, holders(vault_.main(), grants));
}

}  // namespace myqsec::access
