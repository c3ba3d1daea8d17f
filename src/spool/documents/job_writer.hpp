// A job on its way in: sealed as it comes, visible only when all of it is durable.
//
//   host → size limit → crypto::ContainerWriter (under the job's own key) → storage::BlobWriter → publish →
//   one transaction {job key, row, audit}
#pragma once

#include <memory>

#include "access/access.hpp"
#include "base/bytes.hpp"
#include "spool/records/context.hpp"
#include "spool/records/job.hpp"

namespace myqsec::spool {

/// Belongs to one thread at a time. Destroyed before finish() has returned it leaves no trace.
class JobWriter {
 public:
    struct Parts;
    explicit JobWriter(std::unique_ptr<Parts> parts);  ///< made by Jobs::submit
    ~JobWriter();

    /// Returns when the bytes are sealed and handed to the system. After a failure the writer can only be
    /// destroyed. ERR_LIMIT (job too large), ERR_NO_SPACE, ERR_IO, ERR_SESSION_ENDED.
    void write(ByteView bytes);
    /// Makes the job durable and held. Once it returns the job survives any crash.
    JobId finish();

 private:
    JobId commit();

    std::unique_ptr<Parts> parts_;
};

/// As Jobs::submit. `context` outlives the writer.
[[nodiscard]] std::unique_ptr<JobWriter> begin_job(const Context& context, const access::Principal& principal,
                                                   const JobFields& fields);

}  // namespace myqsec::spool
