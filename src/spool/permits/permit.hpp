// Who may send jobs to a queue, and do what with a job.
#pragma once

#include "access/groups.hpp"
#include "spool/permits/delegation.hpp"
#include "spool/records/context.hpp"
#include "spool/records/job_list_store.hpp"
#include "spool/records/job_store.hpp"
#include "spool/records/queue.hpp"
#include "storage/sqlite/database.hpp"

namespace myqsec::spool {

struct Permit {
    store::JobRecord job;
    Authorised proof;
    std::optional<Delegation>
        delegation{};  ///< by which it is the principal's to release, if by no right over it
};

/// What a job's owner may let others do.
enum class Delegable : std::uint8_t { no, yes };

/// `own` is the right that the owner needs, `all` everybody else. Whoever may not even know that the job
/// exists gets ERR_NOT_FOUND, as for a job that does not, in the same time: both refusals are audited. Not
/// inside a transaction.
[[nodiscard]] Permit permit(const Context& context, const access::Principal& principal, JobId job,
                            access::Right own, access::Right all, Delegable delegable = Delegable::no);

/// Whose jobs a list shows to the principal: one's own, and those over which one has job.manage.all; none
/// given: all. Throws ERR_ACCESS_DENIED, ERR_SESSION_ENDED.
[[nodiscard]] std::optional<store::JobScope> visible_jobs(const Context& context,
                                                          const access::Principal& principal);

[[noreturn]] void fail_no_job(JobId job);

[[noreturn]] void fail_no_queue(QueueId queue);
/// Throws ERR_NOT_FOUND.
[[nodiscard]] Queue require_queue(storage::Database& main, QueueId queue);

/// Everybody may use a queue that is not restricted; otherwise those allowed, also through the groups around
/// theirs.
[[nodiscard]] bool may_use(storage::Database& main, access::Groups& groups, const Queue& queue, UserId user);
/// Whether the principal's list of queues shows it.
[[nodiscard]] bool may_see(const Context& context, const access::Principal& principal, const Queue& queue);

}  // namespace myqsec::spool
