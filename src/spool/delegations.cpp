#include "spool/delegations.hpp"

#include <algorithm>

#include "spool/records/trusted_time.hpp"

namespace myqsec::spool {

using access::Right;
using audit::Action;

namespace {

std::string text_of(const std::optional<Instant>& until) {
    return until ? std::to_string(to_milliseconds(*until)) : "";
}
std::string text_of(bool flag) {
    return flag ? "true" : "false";
}

/// `old` and `now`: none before it was given, and after it was taken.
audit::Event event_of(Action action, const audit::Actor& actor, const std::optional<Delegation>& old,
                      const std::optional<Delegation>& now) {
    const auto& either = now ? *now : *old;
    audit::Event event{
        .action = action, .actor = actor, .object = either.owner, .changes = {}, .personal = {}};
    const auto delegate = std::to_string(either.delegate.value);
    event.changes.push_back({"delegate", old ? delegate : "", now ? delegate : ""});
    const auto compare = [&](std::string_view field, auto&& member) {
        const auto before = old ? text_of(member(*old)) : std::string();
        const auto after = now ? text_of(member(*now)) : std::string();
        if (before != after) event.changes.push_back({std::string(field), before, after});
    };
    compare("until", [](const Delegation& one) { return one.until; });
    compare("names", [](const Delegation& one) { return one.names; });
    compare("private_jobs", [](const Delegation& one) { return one.private_jobs; });
    return event;
}

}  // namespace

Authorised Delegations::authorise(const access::Principal& principal, UserId owner) {
    return context_.access.authority.authorise_for(principal, owner, Right::job_delegate_own,
                                                   Right::job_release_all);
}

UserId Delegations::delegate_of(const access::Principal& principal, const DelegationFields& fields) {
    if (static_cast<bool>(fields.delegate) == !fields.delegate_name.empty())
        fail(Status::ERR_INVALID_ARGUMENT, "name the delegate by id or by user name");
    auto& users = context_.access.users;
    if (fields.delegate) {
        // Ids are counted: whoever may not see users does not learn which are in use.
        if (!users.exists(fields.delegate) ||
            !context_.access.authority.may(principal, Right::user_manage, {fields.delegate, {}, {}}))
            fail(Status::ERR_NOT_FOUND,
                 "there is no user {} that you may see: name the delegate by user name",
                 fields.delegate.value);
        return fields.delegate;
    }
    const auto found = users.named(fields.delegate_name);
    if (!found) fail(Status::ERR_NOT_FOUND, "there is no user of that name who could be the delegate");
    return *found;
}

DelegationId Delegations::give(const access::Principal& principal, const DelegationFields& fields) {
    const auto owner = fields.owner ? fields.owner : principal.user;
    if (!owner) fail(Status::ERR_INVALID_ARGUMENT, "name the owner of the jobs: the host has none");
    const auto proof = authorise(principal, owner);
    if (fields.names && !principal.is(owner))
        (void)context_.access.authority.authorise(principal, Right::job_manage_all, {owner, {}, {}});
    const auto delegate = delegate_of(principal, fields);
    if (delegate == owner)
        fail(Status::ERR_INVALID_ARGUMENT, "whose jobs they are releases them anyway: name somebody else");

    auto& main = context_.main();
    storage::Transaction transaction(main);
    for (const auto who : {owner, delegate}) {
        if (!context_.access.users.exists(who)) fail(Status::ERR_NOT_FOUND, "there is no user {}", who.value);
        if (!context_.access.users.is_active(who))
            fail(Status::ERR_NOT_POSSIBLE, "{} is disabled", who == owner ? "the owner" : "the delegate");
    }
    Delegation now{.owner = owner,
                   .delegate = delegate,
                   .given = trusted_now(context_),
                   .until = fields.until,
                   .names = fields.names,
                   .private_jobs = fields.private_jobs};
    if (!is_in_force(context_, now) || fields.until > last_instant)
        fail(Status::ERR_INVALID_ARGUMENT,
             "the end of a delegation must lie in the future, and before the year 10000");
    const auto old = store::find_delegation(main, owner, delegate);
    if (old) {
        now.id = old->id;
        store::update_delegation(main, now);
    } else {
        if (store::count_delegates_of(main, owner) >= most_delegates)
            fail(Status::ERR_LIMIT, "an owner has at most {} delegates: take one back", most_delegates);
        if (store::count_delegations_to(main, delegate) >= most_delegations)
            fail(Status::ERR_LIMIT, "one is the delegate of at most {} others", most_delegations);
        now.id = store::insert_delegation(main, now);
    }
    auto event =
        event_of(old ? Action::delegation_changed : Action::delegation_given, proof.actor(), old, now);
    // The same again is no change.
    if (!old || event.changes.size() > 1) context_.audit.append(transaction, event);
    transaction.commit();
    return now.id;
}

void Delegations::take(const access::Principal& principal, DelegationId id) {
    context_.touch(principal);
    const auto found = store::find_delegation(context_.main(), id);
    const bool is_part = found && (principal.is(found->owner) || principal.is(found->delegate));
    if (!found || (!is_part && !context_.access.authority.may(principal, Right::job_release_all,
                                                              {found->owner, {}, {}}))) {
        if (!context_.access.authority.may(principal, Right::job_release_all))
            context_.access.authority.record_denial(principal, Right::job_release_all, {});
        fail(Status::ERR_NOT_FOUND, "there is no delegation {}", id.value);
    }
    // A delegate may give back what they were given.
    const auto proof = context_.access.authority.authorise_for(
        principal, is_part ? principal.user : found->owner, Right::job_delegate_own, Right::job_release_all);
    storage::Transaction transaction(context_.main());
    const auto still = store::find_delegation(context_.main(), id);
    if (!still) fail(Status::ERR_NOT_FOUND, "there is no delegation {}", id.value);
    store::remove_delegation(context_.main(), id);
    context_.audit.append(transaction,
                          event_of(Action::delegation_taken, proof.actor(), still, std::nullopt));
    transaction.commit();
}

Paged<Delegation> Delegations::list(const access::Principal& principal, const DelegationFilter& filter,
                                    const Page& page) {
    auto& authority = context_.access.authority;
    store::DelegationQuery query{.owner = filter.owner, .delegate = filter.delegate, .either = {}};
    if (!authority.may(principal, Right::job_release_all, {filter.owner, {}, {}})) {
        (void)authority.authorise(principal, Right::job_delegate_own);
        if (!principal.is(filter.owner) && !principal.is(filter.delegate)) {
            // Of another's, those in which one has a part oneself.
            if (filter.owner) {
                if (filter.delegate) return {};
                query.delegate = principal.user;
            } else if (filter.delegate) {
                query.owner = principal.user;
            } else {
                query.either = principal.user;
            }
        }
    } else {
        context_.touch(principal);
    }
    auto all = store::list_delegations(context_.main(), query, page);
    std::erase_if(all, [&](const Delegation& one) { return !is_in_force(context_, one); });
    return all;
}

Instant Delegations::tick() {
    constexpr std::int64_t at_once = 256;
    auto& main = context_.main();
    const auto now = trusted_now(context_);
    if (!store::delegations_over(main, now, 1).empty()) {
        storage::Transaction transaction(main);
        for (const auto& over : store::delegations_over(main, now, at_once)) {
            store::remove_delegation(main, over.id);
            auto event = event_of(Action::delegation_taken, audit::Actor::system(), over, std::nullopt);
            event.changes.push_back({"reason", "", "over"});
            context_.audit.append(transaction, event);
        }
        transaction.commit();
    }
    const auto next = store::first_end_of_delegations(main);
    return next ? context_.now() + std::max(*next - now, Duration::zero()) : Instant::max();
}

void Delegations::forget_user(storage::Transaction& transaction, UserId user) {
    for (const auto& one : store::delegations_with(transaction.database(), user))
        store::remove_delegation(transaction.database(), one.id);
}

}  // namespace myqsec::spool
