#include "spool/recovery.hpp"

#include "spool/job_store.hpp"
#include "spool/retention.hpp"

namespace myqsec::spool {

namespace {

using Findings = std::vector<storage::Vault::Finding>;

void hold_interrupted(const Context& context, Findings& findings) {
    storage::Transaction transaction(context.main());
    for (const auto& job : store::processing_jobs(context.main())) {
        hold_possibly_printed(context, transaction, job, audit::Actor::system());
        findings.push_back({"job-possibly-printed",
                            fmt::format("output of job {} was interrupted: it is held again", job.id.value)});
    }
    transaction.commit();
}

}  // namespace

Findings recover_jobs(const Context& context) {
    Findings findings;
    if (store::deletion_suspended(context.main())) {
        findings.push_back(
            {"deletion-suspended",
             "the clock stepped further than clock.max_step: nothing expires until an administrator "
             "confirms the clock"});
    }
    hold_interrupted(context, findings);
    return findings;
}

}  // namespace myqsec::spool
