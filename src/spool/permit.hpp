// A job that the principal may do something with.
#pragma once

#include "spool/context.hpp"
#include "spool/job_store.hpp"

namespace myqsec::spool {

struct Permit {
    store::JobRecord job;
    Authorised proof;
};

/// `own` is the right that the owner needs, `all` everybody else. Whoever may not even know that the job
/// exists gets ERR_NOT_FOUND, as for a job that does not; the refusal is audited. Not inside a transaction.
[[nodiscard]] Permit permit(const Context& context, const access::Principal& principal, JobId job,
                            access::Right own, access::Right all);

[[noreturn]] void fail_no_job(JobId job);

}  // namespace myqsec::spool
