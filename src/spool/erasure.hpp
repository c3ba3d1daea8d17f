// The end of a job: its key is destroyed before anything else, so that what may remain of its file is noise.
#pragma once

#include "spool/context.hpp"
#include "spool/job_store.hpp"

namespace myqsec::spool {

/// Key, row and audit event in the caller's transaction. The caller removes the file once that has committed.
void erase_job(const Context& context, storage::Transaction& transaction, const store::JobRecord& job,
               audit::Action action, const audit::Actor& actor);

}  // namespace myqsec::spool
