// The sealed document of a job, opened with the job's key.
#pragma once

#include <memory>

#include "crypto/container/container.hpp"
#include "spool/records/context.hpp"
#include "spool/records/job_store.hpp"

namespace myqsec::spool {

class Document {
 public:
    /// Throws ERR_NOT_POSSIBLE if there is no key any more; ERR_CORRUPT if the file is missing, damaged,
    /// another job's, or of another size than the job. Audits a damaged copy of the header. Follows a
    /// document that a conversion has just put elsewhere.
    Document(const Context& context, const store::JobRecord& job);

    [[nodiscard]] std::uint64_t size() const { return reader_->size(); }
    // Both throw ERR_CORRUPT at a chunk that is damaged; nothing of it is passed on.
    void copy_to(ByteSink& out);
    std::size_t read_at(std::uint64_t offset, ByteSpan into);

 private:
    JobId job_;
    std::unique_ptr<File> file_;  // outlives its reader
    std::unique_ptr<crypto::ContainerReader> reader_;
};

}  // namespace myqsec::spool
