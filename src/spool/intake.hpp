// The beginning of a job: who may send what where.
#pragma once

#include <memory>

#include "spool/context.hpp"
#include "spool/job_writer.hpp"

namespace myqsec::spool {

/// As Jobs::submit. `context` outlives the writer.
[[nodiscard]] std::unique_ptr<JobWriter> begin_job(const Context& context, const access::Principal& principal,
                                                   const JobFields& fields);

}  // namespace myqsec::spool
