#include "spool/document.hpp"

namespace myqsec::spool {

namespace {

/// The other copy serves, so nothing is lost yet; but a disk that harmed one may harm the next.
void report_damaged_header(const Context& context, JobId job) {
    storage::Transaction transaction(context.main());
    context.audit.append(transaction, {.action = audit::Action::instance_damage_found,
                                       .actor = audit::Actor::system(),
                                       .object = job,
                                       .changes = {{"code", "", "job-header-damaged"}},
                                       .personal = {}});
    transaction.commit();
}

}  // namespace

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
    if (reader_->header_damaged()) report_damaged_header(context, job.id);
}

}  // namespace myqsec::spool
