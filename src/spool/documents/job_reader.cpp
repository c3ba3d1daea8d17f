#include "spool/documents/job_reader.hpp"

#include "spool/documents/document.hpp"
#include "spool/records/permit.hpp"

namespace myqsec::spool {

using access::Right;

struct JobReader::Parts {
    const Context& context;
    access::Principal principal;
    JobId job;
    LeafId leaf;
    Document document;
};

std::unique_ptr<JobReader> open_job(const Context& context, const access::Principal& principal, JobId id) {
    const auto permitted = permit(context, principal, id, Right::job_preview_own, Right::job_export);
    const auto& job = permitted.job;
    // A document leaves by release, where what is to happen to it happens.
    auto& authority = context.access.authority;
    if (principal.is(job.owner) && !require_queue(context.main(), job.queue).preview &&
        !authority.may(principal, Right::job_export, {job.owner, job.queue, principal.device}))
        authority.deny(principal, Right::job_preview_own, id);
    Document document(context, job);
    auto parts = std::make_unique<JobReader::Parts>(
        JobReader::Parts{context, principal, id, job.leaf, std::move(document)});

    storage::Transaction transaction(context.main());
    context.audit.append(transaction, {.action = audit::Action::job_read,
                                       .actor = permitted.proof.actor(),
                                       .object = id,
                                       .changes = {},
                                       .personal = {}});
    transaction.commit();
    return std::make_unique<JobReader>(std::move(parts));
}

JobReader::JobReader(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
JobReader::~JobReader() = default;

std::uint64_t JobReader::size() const {
    return parts_->document.size();
}

std::size_t JobReader::read_at(std::uint64_t offset, ByteSpan into) {
    parts_->context.touch(parts_->principal);
    // The open file would still decrypt; a job that was deleted must not be read on.
    if (!parts_->context.vault.leaf_keys().exists(parts_->leaf))
        fail(Status::ERR_NOT_FOUND, "job {} was cancelled, deleted or has expired", parts_->job.value);
    return parts_->document.read_at(offset, into);
}

}  // namespace myqsec::spool
