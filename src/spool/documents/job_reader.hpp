// A job's document read at any position, without releasing it: for previews.
#pragma once

#include <memory>

#include "access/access.hpp"
#include "spool/records/context.hpp"
#include "spool/records/job.hpp"

namespace myqsec::spool {

/// Belongs to one thread at a time. Reading ends with the principal's session, the job's key, the right to
/// it, and the queue's permission.
class JobReader {
 public:
    struct Parts;
    explicit JobReader(std::unique_ptr<Parts> parts);  ///< made by Jobs::open_document
    ~JobReader();

    [[nodiscard]] std::uint64_t size() const;
    /// Fills `into`; returns less only at the end. ERR_CORRUPT, ERR_NOT_FOUND (deleted since),
    /// ERR_ACCESS_DENIED, ERR_SESSION_ENDED.
    std::size_t read_at(std::uint64_t offset, ByteSpan into);

 private:
    std::unique_ptr<Parts> parts_;
};

/// As Jobs::open_document. `context` outlives the reader.
[[nodiscard]] std::unique_ptr<JobReader> open_job(const Context& context, const access::Principal& principal,
                                                  JobId job);

}  // namespace myqsec::spool
