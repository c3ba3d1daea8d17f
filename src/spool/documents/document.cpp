#include "spool/documents/document.hpp"

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

/// The container does not know whose it is; the person who reads the sentence must.
template <class Work>
auto naming(JobId job, Work&& work) {
    try {
        return work();
    } catch (const Error& error) {
        // The key is the job's own: if it does not open the file, the file is not the job's.
        if (error.status() == Status::ERR_WRONG_KEY) {
            fail(Status::ERR_CORRUPT,
                 "the document of job {} does not open with the job's key: its file was altered or replaced; "
                 "restore the file or delete the job",
                 job.value);
        }
        if (error.status() != Status::ERR_CORRUPT) throw;
        fail(Status::ERR_CORRUPT, "the document of job {} is damaged: {}; restore its file or delete the job",
             job.value, error.what());
    }
}

std::unique_ptr<File> open_file(const Context& context, const store::JobRecord& job) {
    auto blob = job.blob;
    for (;;) {
        try {
            return context.documents().open(blob);
        } catch (const Error& error) {
            const auto now = store::find_job(context.main(), job.id);
            if (error.status() != Status::ERR_CORRUPT || !now || now->blob == blob) throw;
            blob = now->blob;
        }
    }
}

}  // namespace

Document::Document(const Context& context, const store::JobRecord& job) : job_(job.id) {
    if (!job.leaf) fail(Status::ERR_NOT_POSSIBLE, "job {} has no document any more", job.id.value);
    crypto::Identity identity;
    identity.wrapping_key = context.vault.leaf_keys().get(job.leaf);
    file_ = open_file(context, job);
    reader_ =
        naming(job_, [&] { return std::make_unique<crypto::ContainerReader>(*file_, identity, job.uuid); });
    if (reader_->size() != job.size) {
        fail(Status::ERR_CORRUPT, "the document of job {} has {} bytes instead of {}: its file was replaced",
             job.id.value, reader_->size(), job.size);
    }
    if (reader_->header_damaged()) report_damaged_header(context, job.id);
}

void Document::copy_to(ByteSink& out) {
    naming(job_, [&] { reader_->copy_to(out); });
}

std::size_t Document::read_at(std::uint64_t offset, ByteSpan into) {
    return naming(job_, [&] { return reader_->read_at(offset, into); });
}

}  // namespace myqsec::spool
