#include "spool/permits/delegated_jobs.hpp"

#include <algorithm>

#include "spool/permits/permit.hpp"

namespace myqsec::spool {

DelegatedJobs::DelegatedJobs(const Context& context, const access::Principal& principal,
                             const std::optional<store::JobScope>& scope)
    : context_(context), scope_(scope) {
    if (!scope_ || !context.access.authority.may(principal, access::Right::job_release_delegated)) return;
    for (const auto& one : delegations_to(context, principal)) {
        if (std::ranges::find(scope_->owners, one.owner) == scope_->owners.end())
            by_owner_.emplace(one.owner, one);
    }
}

store::JobScope DelegatedJobs::widened() const {
    auto wide = scope_->widened();
    for (const auto& [owner, delegation] : by_owner_) {
        if (std::ranges::find(wide.owners, owner) == wide.owners.end()) wide.owners.push_back(owner);
    }
    return wide;
}

JobView DelegatedJobs::view_of(const store::JobRecord& job) const {
    if (!scope_ || scope_->has(job.owner, job.queue)) return JobView::whole;
    const auto found = by_owner_.find(job.owner);
    if (found == by_owner_.end() || !found->second.covers(job.state, kind_of(job.queue)))
        return JobView::none;
    return found->second.names ? JobView::whole : JobView::nameless;
}

QueueKind DelegatedJobs::kind_of(QueueId queue) const {
    const auto known = kinds_.find(queue);
    if (known != kinds_.end()) return known->second;
    return kinds_.emplace(queue, require_queue(context_.main(), queue).kind).first->second;
}

}  // namespace myqsec::spool
