#include "spool/erasure.hpp"

namespace myqsec::spool {

void erase_job(const Context& context, storage::Transaction& transaction, const store::JobRecord& job,
               audit::Action action, const audit::Actor& actor) {
    if (job.leaf) context.vault.leaf_keys().destroy(transaction, job.leaf);
    store::remove_job(transaction.database(), job.id);
    context.audit.append(transaction, {.action = action,
                                       .actor = actor,
                                       .object = job.id,
                                       .changes = {{"state", std::string(job_state_name(job.state)), ""}},
                                       .personal = {}});
}

}  // namespace myqsec::spool
