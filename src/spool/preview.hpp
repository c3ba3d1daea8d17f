// A job's document for reading without release.
#pragma once

#include <memory>

#include "spool/context.hpp"
#include "spool/job_reader.hpp"

namespace myqsec::spool {

/// As Jobs::open_document. `context` outlives the reader.
[[nodiscard]] std::unique_ptr<JobReader> open_job(const Context& context, const access::Principal& principal,
                                                  JobId job);

}  // namespace myqsec::spool
