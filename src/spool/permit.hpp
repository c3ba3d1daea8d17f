// A job that the principal may do something with.
#pragma once

#include "spool/context.hpp"
#include "spool/job_list_store.hpp"
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

/// Whose jobs a list shows to the principal: one's own, and those over which one has job.manage.all; none
/// given: all. Throws ERR_ACCESS_DENIED, ERR_SESSION_ENDED.
[[nodiscard]] std::optional<store::JobScope> visible_jobs(const Context& context,
                                                          const access::Principal& principal);

[[noreturn]] void fail_no_job(JobId job);

}  // namespace myqsec::spool
