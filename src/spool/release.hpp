// The release of a job to a sink: claim, stream, settle.
#pragma once

#include "spool/context.hpp"
#include "spool/outputs.hpp"
#include "spool/release_sink.hpp"

namespace myqsec::spool {

/// As Jobs::release.
void release_job(const Context& context, Outputs& outputs, const access::Principal& principal, JobId job,
                 const ReleaseOptions& options, ReleaseSink& sink);

}  // namespace myqsec::spool
