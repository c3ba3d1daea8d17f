#include "spool/document.hpp"

namespace myqsec::spool {

Document::Document(const Context& context, const store::JobRecord& job) {
    if (!job.leaf) fail(Status::ERR_NOT_POSSIBLE, "job {} has no document any more", job.id.value);
    crypto::Identity identity;
    identity.wrapping_key = context.vault.leaf_keys().get(job.leaf);
    file_ = context.vault.jobs().open(job.blob);
    try {
        reader_ = std::make_unique<crypto::ContainerReader>(*file_, identity, job.uuid);
    } catch (const Error& error) {
        // The key is the job's own: if it does not open the file, the file is not the job's.
        if (error.status() != Status::ERR_WRONG_KEY) throw;
        fail(Status::ERR_CORRUPT,
             "the document of job {} does not open with the job's key: it was altered or replaced",
             job.id.value);
    }
    if (reader_->size() != job.size) {
        fail(Status::ERR_CORRUPT, "the document of job {} has {} bytes instead of {}", job.id.value,
             reader_->size(), job.size);
    }
}

}  // namespace myqsec::spool
