#include "spool/permit.hpp"

namespace myqsec::spool {

using access::PrincipalKind;
using access::Right;

void fail_no_job(JobId job) {
    fail(Status::ERR_NOT_FOUND, "there is no job {}", job.value);
}

Permit permit(const Context& context, const access::Principal& principal, JobId id, Right own, Right all) {
    auto& authority = context.access.authority;
    auto job = store::find_job(context.main(), id);
    if (!job) {
        context.touch(principal);  // an ended session learns nothing
        fail_no_job(id);
    }
    const bool is_own = principal.is(job->owner);
    const access::Target target{job->owner, job->queue, principal.device};
    // A session at a device serves the person who stands there, whatever else that person may do.
    const bool reaches_others = principal.kind != PrincipalKind::device;
    try {
        if (!is_own && !reaches_others) authority.deny(principal, all, id);
        return {*std::move(job), authority.authorise(principal, is_own ? own : all, target)};
    } catch (const Error& error) {
        const bool may_know =
            is_own || (reaches_others && authority.may(principal, Right::job_manage_all, target));
        if (error.status() == Status::ERR_ACCESS_DENIED && !may_know) fail_no_job(id);
        throw;
    }
}

}  // namespace myqsec::spool
