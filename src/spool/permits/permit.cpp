#include "spool/permits/permit.hpp"

#include <algorithm>

#include "spool/records/queue_store.hpp"
#include "spool/records/trusted_time.hpp"

namespace myqsec::spool {

using access::PrincipalKind;
using access::Right;

void fail_no_job(JobId job) {
    fail(Status::ERR_NOT_FOUND, "there is no job {}", job.value);
}

std::optional<store::JobScope> visible_jobs(const Context& context, const access::Principal& principal) {
    auto& authority = context.access.authority;
    // A session at a device serves the person who stands there, whatever else that person may do.
    const auto reach = principal.kind == PrincipalKind::device
                           ? access::Reach{}
                           : authority.reach(principal, Right::job_manage_all);
    if (reach.nowhere()) {
        (void)authority.authorise(principal, Right::job_manage_own, {principal.user, {}, principal.device});
        return store::JobScope{{principal.user}, {}};
    }
    context.touch(principal);
    if (reach.everywhere) return std::nullopt;
    auto owners = context.access.groups.users_within(reach.groups);
    if (std::ranges::find(owners, principal.user) == owners.end()) owners.push_back(principal.user);
    store::JobScope scope{std::move(owners), reach.queues};
    for (const auto& both : reach.both)
        scope.shares.push_back({both.queue, context.access.groups.users_within({both.group})});
    return scope;
}

Permit permit(const Context& context, const access::Principal& principal, JobId id, Right own, Right all,
              Delegable delegable) {
    auto& authority = context.access.authority;
    context.touch(principal);  // an ended session learns nothing
    auto job = store::find_job(context.main(), id);
    const bool is_own = job && principal.is(job->owner);
    const auto target = job ? access::Target{job->owner, job->queue, principal.device}
                            : access::Target{{}, {}, principal.device};
    // A session at a device serves the person who stands there, whatever else that person may do.
    const bool reaches_others = principal.kind != PrincipalKind::device;
    auto delegation =
        delegable == Delegable::yes ? delegation_for(context, principal, job) : std::optional<Delegation>();
    if (delegation && reaches_others && authority.may(principal, all, target)) delegation.reset();
    const auto right = [&] {
        if (is_own) return own;
        return delegation ? Right::job_release_delegated : all;
    }();
    try {
        if (!is_own && !delegation && !reaches_others) authority.deny(principal, all, id);
        // Also for a job that is not there: it must not answer sooner than one of somebody else's.
        const auto proof = authority.authorise(principal, right, target, id);
        if (!job) fail_no_job(id);
        if (is_over(*job, trusted_now(context))) {
            fail(Status::ERR_NOT_FOUND, "job {} {}", id.value,
                 job->state == JobState::canceled ? "was cancelled" : "has expired");
        }
        return {*std::move(job), proof, delegation};
    } catch (const Error& error) {
        const bool may_know =
            is_own || (reaches_others && authority.may(principal, Right::job_manage_all, target));
        if (error.status() == Status::ERR_ACCESS_DENIED && !may_know) fail_no_job(id);
        throw;
    }
}

void fail_no_queue(QueueId queue) {
    fail(Status::ERR_NOT_FOUND, "there is no queue {}", queue.value);
}

Queue require_queue(storage::Database& main, QueueId queue) {
    auto found = store::find_queue(main, queue);
    if (!found) fail_no_queue(queue);
    return *std::move(found);
}

bool may_use(storage::Database& main, access::Groups& groups, const Queue& queue, UserId user) {
    if (!queue.restricted) return true;
    const auto all = store::allowed(main, queue.id);
    return std::any_of(all.begin(), all.end(), [&](const store::Allowed& who) {
        return who.user ? who.user == user : groups.is_member(user, who.group);
    });
}

bool may_see(const Context& context, const access::Principal& principal, const Queue& queue) {
    auto& access = context.access;
    return may_use(context.main(), access.groups, queue, principal.user) ||
           access.authority.may(principal, Right::queue_manage, {{}, queue.id, {}}) ||
           access.authority.may(principal, Right::session_host);
}

}  // namespace myqsec::spool
