// Who can do what, and why.
#include <algorithm>

#include "access/identity/groups_store.hpp"
#include "access/identity/users_store.hpp"
#include "access/rights/grants.hpp"
#include "access/roles.hpp"
#include "audit/event/event_text.hpp"

namespace myqsec::access {

namespace {

/// Of one that leads to the target: "".
std::string obstacle(storage::Database& main, const Grant& grant, const Target& target, Instant now) {
    if (grant.until && *grant.until <= now) return fmt::format("over since {}", audit::rfc3339(*grant.until));
    if (grant.scope_queue && grant.scope_queue != target.queue)
        return fmt::format("only in queue {}", grant.scope_queue.value);
    if (!grant.scope_group) return "";
    if (!target.user) return fmt::format("only over users of group {}", grant.scope_group.value);
    const auto groups = store::groups_of(main, target.user);
    if (std::ranges::find(groups, grant.scope_group) != groups.end()) return "";
    return fmt::format("only over users of group {}, in which user {} is not", grant.scope_group.value,
                       target.user.value);
}

std::string through(const GrantRow& row) {
    return row.grant.user ? "given to the user" : fmt::format("through group {}", row.grant.group.value);
}

void require_target(storage::Database& main, const Target& target) {
    if (target.user) (void)store::get_user(main, target.user);
}

}  // namespace

Explanation Roles::explain(const Principal& principal, UserId user, Right right, const Target& target) {
    (void)authority_.authorise_for(principal, user, Right::profile_own, Right::role_manage);
    auto& main = vault_.main();
    const storage::Snapshot one_state(main);
    const bool is_active = store::get_user(main, user).state == UserState::active;
    require_target(main, target);
    Explanation out;
    out.at_devices = device_session_rights().has(right);
    if (user_rights().has(right)) out.paths.push_back({std::nullopt, is_active, "everybody has it"});
    for (auto& row : store::grants_reaching(main, user)) {
        if (!row.rights.has(right)) continue;
        const auto why_not = obstacle(main, row.grant, target, vault_.clock().now());
        auto reason = why_not.empty() ? through(row) : through(row) + ", " + why_not;
        out.paths.push_back({std::move(row), is_active && why_not.empty(), std::move(reason)});
    }
    for (auto& path : out.paths) {
        if (!is_active) path.reason += "; the user is disabled";
        out.allowed = out.allowed || path.applies;
    }
    return out;
}

Paged<UserId> Roles::holders_of(const Principal& principal, Right right, const Target& target,
                                const Page& page) {
    (void)authority_.authorise(principal, Right::role_manage);
    auto& main = vault_.main();
    const storage::Snapshot one_state(main);
    require_target(main, target);
    Paged<UserId> out;
    if (user_rights().has(right)) {
        store::UserQuery active;
        active.state = UserState::active;
        const auto records = store::list_users(main, active, page);
        for (const auto& record : records)
            out.push_back(record.id);
        out.more = records.more;
        return out;
    }
    auto grants = store::all_grants(main);
    std::erase_if(grants, [&](const GrantRow& row) {
        return !row.rights.has(right) || !obstacle(main, row.grant, target, vault_.clock().now()).empty();
    });
    auto people = holders(main, grants);
    if (page.descending) std::ranges::reverse(people);
    std::vector<UserId> rows;
    for (const auto user : people) {
        if (!page.goes_beyond(user.value) || store::get_user(main, user).state != UserState::active) continue;
        rows.push_back(user);
        if (rows.size() > page.limit) break;
    }
    return page_of(std::move(rows), page, [](UserId user) { return user.value; });
}

}  // namespace myqsec::access
