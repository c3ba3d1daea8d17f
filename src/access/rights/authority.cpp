#include "access/rights/authority.hpp"

#include <algorithm>

#include "access/identity/groups_store.hpp"
#include "access/identity/users_store.hpp"
#include "access/rights/roles_store.hpp"
#include "base/bytes.hpp"
#include "base/error.hpp"

namespace myqsec::access {

namespace {

bool is_member(storage::Database& main, UserId user, GroupId group) {
    const auto groups = store::groups_of(main, user);
    return std::ranges::find(groups, group) != groups.end();
}

/// A limited grant counts only for a target that lies within its limit.
bool applies(storage::Database& main, const store::EffectiveGrant& grant, const Target& target) {
    if (grant.scope_queue && grant.scope_queue != target.queue) return false;
    if (grant.scope_group && !is_member(main, target.user, grant.scope_group)) return false;
    return true;
}

RightSet usable(const Principal& principal, RightSet rights) {
    if (principal.only) rights = rights & *principal.only;
    return principal.kind == PrincipalKind::device ? rights & device_session_rights() : rights;
}

audit::Object object_of(const Target& target) {
    if (target.user) return target.user;
    if (target.queue) return target.queue;
    if (target.device) return target.device;
    return {};
}

}  // namespace

Authority::Authority(storage::Vault& vault, const settings::Settings& settings, Refusals& refusals,
                     Sessions& sessions)
    : vault_(vault), settings_(settings), refusals_(refusals), sessions_(sessions) {}

/// A session that is alive, of a user who is active.
bool Authority::is_active(const Principal& principal) {
    if (principal.kind == PrincipalKind::system || !sessions_.alive(principal)) return false;
    const auto user = store::find_user(vault_.main(), principal.user);
    return user && user->state == UserState::active;
}

std::vector<store::EffectiveGrant> Authority::grants_of(UserId user) {
    return store::grants_of_user(vault_.main(), user, vault_.clock().now());
}

RightSet Authority::rights_of_host() const {
    auto rights = host_rights();
    if (settings_.boolean(settings::Setting::login_host_vouches)) rights |= RightSet{Right::session_vouch};
    return rights;
}

Authority::Answer Authority::decide(const Principal& principal, Right right, const Target& target) {
    if (principal.kind == PrincipalKind::system) {
        return rights_of_host().has(right) ? Answer::granted : Answer::denied;
    }
    if (!is_active(principal)) return Answer::ended;
    if (sessions_.must_change_password(principal))
        return right == Right::credential_own ? Answer::granted : Answer::denied;
    auto& main = vault_.main();
    if (usable(principal, user_rights()).has(right)) return Answer::granted;
    for (const auto& grant : grants_of(principal.user)) {
        if (usable(principal, grant.rights).has(right) && applies(main, grant, target))
            return Answer::granted;
    }
    return Answer::denied;
}

Authorised Authority::authorise(const Principal& principal, Right right, const Target& target,
                                audit::Object object) {
    if (principal.kind != PrincipalKind::system) sessions_.touch(principal);
    switch (decide(principal, right, target)) {
        case Answer::granted:
            break;
        case Answer::denied:
            deny(principal, right, object == audit::Object() ? object_of(target) : object);
        case Answer::ended:
            fail(Status::ERR_SESSION_ENDED, "the session has ended; log in again");
    }
    return {principal.actor, principal.user, right_name(right)};
}

Authorised Authority::authorise_for(const Principal& principal, UserId user, Right own, Right others) {
    const Target target{.user = user, .queue = {}, .device = {}};
    if (principal.is(user) && (may(principal, own) || !may(principal, others, target)))
        return authorise(principal, own);
    return authorise(principal, others, target);
}

Authorised Authority::authorise_host(const Principal& principal) {
    auto proof = authorise(principal, Right::session_host);
    if (principal.kind != PrincipalKind::system)
        deny(principal, Right::session_host, {}, "only the host itself may do this");
    return proof;
}

bool Authority::may(const Principal& principal, Right right, const Target& target) {
    return decide(principal, right, target) == Answer::granted;
}

Reach Authority::reach(const Principal& principal, Right right) {
    Reach reach;
    reach.everywhere = may(principal, right);
    if (reach.everywhere || !is_active(principal) || sessions_.must_change_password(principal)) return reach;
    for (const auto& grant : grants_of(principal.user)) {
        if (!usable(principal, grant.rights).has(right)) continue;
        if (grant.scope_group && grant.scope_queue) {
            // What can't be limited to both such a grant gives nowhere.
            if (rights_within_both().has(right)) reach.both.push_back({grant.scope_group, grant.scope_queue});
        } else if (grant.scope_group) {
            reach.groups.push_back(grant.scope_group);
        } else if (grant.scope_queue) {
            reach.queues.push_back(grant.scope_queue);
        }
    }
    return reach;
}

Reach Authority::authorise_list(const Principal& principal, Right right) {
    auto reach = this->reach(principal, right);
    if (reach.everywhere || reach.nowhere()) {
        (void)authorise(principal, right);
    } else {
        sessions_.touch(principal);
    }
    return reach;
}

RightSet Authority::rights(const Principal& principal) {
    if (principal.kind == PrincipalKind::system) return rights_of_host();
    if (!is_active(principal)) return {};
    if (sessions_.must_change_password(principal)) return {Right::credential_own};
    auto held = user_rights();
    for (const auto& grant : grants_of(principal.user)) {
        if (!grant.scope_group && !grant.scope_queue) held |= grant.rights;
    }
    return usable(principal, held);
}

RightSet Authority::rights_of(UserId user) {
    auto held = user_rights();
    for (const auto& grant : grants_of(user))
        held |= grant.rights;
    return held;
}

RightSet Authority::rights_through(GroupId group) {
    RightSet held;
    for (const auto& grant : store::grants_of_group(vault_.main(), group, vault_.clock().now()))
        held |= grant.rights;
    return held;
}

RightSet Authority::rights_over(GroupId group) {
    RightSet held;
    for (const auto& grant : store::grants_over_group(vault_.main(), group, vault_.clock().now()))
        held |= grant.rights;
    return held;
}

std::vector<QueueId> Authority::queues_open_to(GroupId group) {
    return queues_open_to_(store::group_and_ancestors(vault_.main(), group));
}

void Authority::require_covers(const Principal& principal, RightSet needed, audit::Object object) {
    require_all(principal, needed, object, "");
}

void Authority::require_covers(const Principal& principal, UserId user) {
    require_all(principal, rights_of(user), user, fmt::format("user {} has", user.value));
}

void Authority::require_covers(const Principal& principal, GroupId group) {
    require_all(principal, rights_through(group), group, fmt::format("group {} gives", group.value));
}

void Authority::require_all(const Principal& principal, RightSet needed, audit::Object object,
                            const std::string& held) {
    const auto missing = needed.without(user_rights()).without(rights(principal));
    for (const auto& one : all_rights()) {
        if (!missing.has(one.right)) continue;
        if (held.empty()) deny(principal, one.right, object, sentence_without(principal, one.right, {}));
        const bool is_limited = principal.kind == PrincipalKind::user &&
                                usable(principal, rights_of(principal.user)).has(one.right);
        deny(principal, one.right, object,
             fmt::format("{} the right {}, which you {}", held, right_name(one.right),
                         is_limited ? "have within a group or a queue only" : "lack"));
    }
}

void Authority::require_over(const Principal& principal, RightSet rights, const std::vector<UserId>& people,
                             audit::Object object) {
    if (people.empty()) return;
    for (const auto& one : all_rights()) {
        if (!rights.has(one.right)) continue;
        const auto held = reach(principal, one.right);
        if (held.everywhere) continue;
        if (!std::ranges::includes(store::users_within(vault_.main(), held.groups), people))
            deny(principal, one.right, object);
    }
}

void Authority::require_over(const Principal& principal, RightSet rights, GroupId group) {
    const auto around = store::group_and_ancestors(vault_.main(), group);
    for (const auto& one : all_rights()) {
        if (!rights.has(one.right)) continue;
        const auto held = reach(principal, one.right);
        const bool covers =
            held.everywhere || std::ranges::find_first_of(around, held.groups) != around.end();
        if (!covers) deny(principal, one.right, group);
    }
}

std::string Authority::sentence_without(const Principal& principal, Right right, audit::Object object) {
    auto sentence = fmt::format("this needs the right {}", right_name(right));
    if (principal.kind == PrincipalKind::system) return sentence;
    if (principal.kind == PrincipalKind::device && !device_session_rights().has(right))
        return sentence + ", which no session at a device has";
    if (!rights_of(principal.user).has(right)) return sentence;
    if (!usable(principal, {right}).has(right)) return sentence + ", which this session was not given";
    switch (object.kind) {
        case audit::ObjectKind::user:
            sentence += fmt::format(" over user {}", object.id);
            break;
        case audit::ObjectKind::group:
            sentence += fmt::format(" over everybody in group {}", object.id);
            break;
        case audit::ObjectKind::queue:
            sentence += fmt::format(" in queue {}", object.id);
            break;
        default:
            break;
    }
    return sentence + ", and yours is limited to a group or a queue";
}

void Authority::record_denial(const Principal& principal, Right right, audit::Object object) {
    refusals_.record({.action = audit::Action::session_denied,
                      .actor = principal.actor,
                      .object = object,
                      .result = audit::Result::denied,
                      .changes = {{"right", "", std::string(right_name(right))}},
                      .personal = {}},
                     fmt::format("denied {} {} {}", principal.session.value,
                                 to_hex(principal.actor.pseudonym), right_name(right)));
}

void Authority::deny(const Principal& principal, Right right, audit::Object object,
                     std::string_view sentence) {
    sessions_.require_unlimited(principal);
    record_denial(principal, right, object);
    fail(Status::ERR_ACCESS_DENIED, "{}",
         sentence.empty() ? sentence_without(principal, right, object) : std::string(sentence));
}

}  // namespace myqsec::access
