#include "spool/documents/job_reader.hpp"

#include "spool/documents/document.hpp"
#include "spool/permits/permit.hpp"

namespace myqsec::spool {

using access::Right;

struct JobReader::Parts {
    const Context& context;
    access::Principal principal;
    JobId job;
    LeafId leaf;
    Document document;
};

namespace {

/// A document leaves by release, where what is to happen to it happens: its owner reads it where the queue
/// allows that, everybody else by a right. Asked for each part of it, for either may be gone by then.
void require_readable(const Context& context, const access::Principal& principal,
                      const store::JobRecord& job) {
    auto& authority = context.access.authority;
    const bool at_device = principal.kind == access::PrincipalKind::device;
    if (!at_device && authority.may(principal, Right::job_export, {job.owner, job.queue, {}})) return;
    if (!principal.is(job.owner)) authority.deny(principal, Right::job_export, job.id);
    if (!authority.may(principal, Right::job_preview_own, {job.owner, job.queue, principal.device}))
        authority.deny(principal, Right::job_preview_own, job.id);
    if (!require_queue(context.main(), job.queue).preview)
        authority.deny(
            principal, Right::job_export, job.id,
            "the queue lets nobody read documents without releasing them; release it, or have the right "
            "job.export");
}

}  // namespace

std::unique_ptr<JobReader> open_job(const Context& context, const access::Principal& principal, JobId id) {
    const auto permitted = permit(context, principal, id, Right::job_preview_own, Right::job_export);
    const auto& job = permitted.job;
    require_readable(context, principal, job);
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
    const auto& context = parts_->context;
    context.touch(parts_->principal);
    // The open file would still decrypt; a job that was deleted must not be read on.
    const auto job = store::find_job(context.main(), parts_->job);
    if (!job || job->leaf != parts_->leaf) fail_no_job(parts_->job);
    require_readable(context, parts_->principal, *job);
    return parts_->document.read_at(offset, into);
}

}  // namespace myqsec::spool
