// The release of a job to a sink: claim, stream, settle.
#pragma once

#include "spool/documents/release_sink.hpp"
#include "spool/keeping/outputs.hpp"
#include "spool/records/context.hpp"

namespace myqsec::spool {

/// As Jobs::release.
void release_job(const Context& context, Outputs& outputs, const access::Principal& principal, JobId job,
                 const ReleaseOptions& options, ReleaseSink& sink);

}  // namespace myqsec::spool
