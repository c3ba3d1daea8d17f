#include "access/rights/grants.hpp"

#include <algorithm>

#include "access/identity/groups_store.hpp"
#include "base/error.hpp"

namespace myqsec::access {

std::string text_of(const Grant& grant) {
    auto text =
        grant.user ? fmt::format("user {}", grant.user.value) : fmt::format("group {}", grant.group.value);
    if (grant.scope_group) text += fmt::format(" over group {}", grant.scope_group.value);
    if (grant.scope_queue) text += fmt::format(" in queue {}", grant.scope_queue.value);
    return text;
}

audit::Object object_of(const Grant& grant) {
    return grant.user ? audit::Object(grant.user) : audit::Object(grant.group);
}

std::vector<UserId> holders(storage::Database& main, const std::vector<GrantRow>& grants) {
    std::vector<GroupId> groups;
    std::vector<UserId> people;
    for (const auto& row : grants) {
        if (row.grant.user) people.push_back(row.grant.user);
        if (row.grant.group) groups.push_back(row.grant.group);
    }
    const auto within = store::users_within(main, groups);
    people.insert(people.end(), within.begin(), within.end());
    std::ranges::sort(people);
    people.erase(std::unique(people.begin(), people.end()), people.end());
    return people;
}

void authorise_taking(Authority& authority, const Principal& principal, const std::vector<GrantRow>& grants,
                      audit::Object from) {
    if (grants.empty()) return;
    (void)authority.authorise(principal, Right::role_manage);
    RightSet given;
    for (const auto& row : grants)
        given |= row.rights;
    authority.require_covers(principal, given, from);
}

void audit_taken(audit::AuditLog& audit, storage::Transaction& transaction, const Authorised& proof,
                 const std::vector<GrantRow>& grants) {
    for (const auto& row : grants) {
        audit.append(transaction,
                     change_event(audit::Action::role_revoked, proof, object_of(row.grant),
                                  {{"role", row.role_name, ""}, {"grant", text_of(row.grant), ""}}));
    }
}

}  // namespace myqsec::access
