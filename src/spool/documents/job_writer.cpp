#include "spool/documents/job_writer.hpp"

#include "base/stages.hpp"
#include "base/unicode.hpp"
#include "crypto/random.hpp"
#include "spool/permits/permit.hpp"
#include "spool/queues/recipients.hpp"
#include "spool/records/job_store.hpp"
#include "spool/records/queue_store.hpp"
#include "spool/records/sealed_names.hpp"
#include "spool/records/text.hpp"
#include "spool/records/trusted_time.hpp"

namespace myqsec::spool {

using access::Right;

namespace {

/// IPP's job-id (RFC 8011 §5.3.2).
constexpr std::int64_t greatest_job_id = 2147483647;

/// What the sender's programs call a job is cleaned and not refused: a strange title must not cost the
/// document.
JobFields valid_fields(JobFields fields) {
    fields.name = cleaned(fields.name, 1023);
    fields.host_name = cleaned(fields.host_name, 255);
    fields.document_format = prepared_text(fields.document_format, 1, 255, "a job's document format");
    (void)attribute_lines(fields.attributes);
    return fields;
}

void require_room(const Context& context) {
    context.vault.require_room(
        context.documents(),
        static_cast<std::uint64_t>(context.settings.integer(settings::Setting::spool_min_free)));
}

/// Counts the document, and takes no more of it than the queue and the disk do.
class SizeLimit final : public ByteSink {
 public:
    SizeLimit(const Context& context, std::uint64_t most, ByteSink& next)
        : context_(context), most_(most), next_(next) {}

    void write(ByteView bytes) override {
        if (bytes.size() > most_ - size_)
            fail(Status::ERR_LIMIT, "the document is larger than the {} bytes that the queue accepts", most_);
        if (size_ - looked_at_ > look_each) {
            looked_at_ = size_;
            require_room(context_);
        }
        next_.write(bytes);
        size_ += bytes.size();
    }
    void finish() override { next_.finish(); }

    [[nodiscard]] std::uint64_t size() const { return size_; }

 private:
    static constexpr std::uint64_t look_each = std::uint64_t{1} << 20;

    const Context& context_;
    std::uint64_t most_;
    ByteSink& next_;
    std::uint64_t size_ = 0;
    std::uint64_t looked_at_ = 0;
};

std::uint64_t size_limit(const Context& context, const Queue& queue) {
    if (queue.max_job_size != 0) return queue.max_job_size;
    const auto site =
        static_cast<std::uint64_t>(context.settings.integer(settings::Setting::spool_max_job_size));
    return site != 0 ? site : UINT64_MAX;
}

/// The queue, if it takes a job of that owner now. Who may not even see it gets ERR_NOT_FOUND, as for one
/// that is not there, in the same time: both refusals are audited. Not inside a transaction.
Queue accepting_queue(const Context& context, const access::Principal& principal, const JobFields& fields) {
    auto& access = context.access;
    (void)access.users.person(fields.owner);
    auto found = store::find_queue(context.main(), fields.queue);
    Queue missing;
    missing.id = fields.queue;
    missing.restricted = true;
    auto queue = found.value_or(missing);
    if (!may_use(context.main(), access.groups, queue, fields.owner)) {
        const auto right = principal.is(fields.owner) ? Right::job_submit : Right::job_submit_for_others;
        const bool seen = may_see(context, principal, queue);
        if (!seen) access.authority.record_denial(principal, right, queue.id);
        if (!seen || !found) fail_no_queue(queue.id);
        access.authority.deny(
            principal, right, queue.id,
            fmt::format("queue {} is restricted, and user {} is not among those who may use it",
                        queue.id.value, fields.owner.value));
    }
    if (!access.users.is_active(fields.owner))
        fail(Status::ERR_NOT_POSSIBLE, "user {} is disabled", fields.owner.value);
    if (!queue.enabled) fail(Status::ERR_NOT_POSSIBLE, "queue {} is not accepting jobs", queue.id.value);
    return queue;
}

/// A job's and its container's: UUIDv4 (RFC 9562 5.4), random but for version and variant.
crypto::ContainerId random_uuid() {
    auto out = crypto::random_array<16>();
    out[6] = static_cast<std::uint8_t>((out[6] & 0x0f) | 0x40);
    out[8] = static_cast<std::uint8_t>((out[8] & 0x3f) | 0x80);
    return out;
}

}  // namespace

struct JobWriter::Parts {
    Parts(const Context& the_context, const access::Principal& who, const Authorised& the_proof,
          const Queue& queue)
        : context(the_context),
          principal(who),
          proof(the_proof),
          protection(queue.protection),
          job_key(
              crypto::random_secret(32)),  // a fresh one for every job: who destroys it destroys the document
          uuid(random_uuid()),
          blob(context.documents().writer()),
          stages(*blob) {
        // What a document goes through on its way in, its end first: another stage is a line here.
        stages.put_first<crypto::ContainerWriter>(recipients_of(context, queue, job_key), uuid,
                                                  suite_of(queue));
        limit = &stages.put_first<SizeLimit>(context, size_limit(context, queue));
    }

    const Context& context;
    access::Principal principal;
    Authorised proof;
    std::int64_t protection;
    crypto::Secret job_key;
    crypto::ContainerId uuid;
    std::unique_ptr<storage::BlobWriter> blob;
    Stages stages;
    const SizeLimit* limit = nullptr;  // one of the stages
    JobFields fields;
    bool usable = true;  // cleared by the first failure and by finish()
};

std::unique_ptr<JobWriter> begin_job(const Context& context, const access::Principal& principal,
                                     const JobFields& request) {
    auto& access = context.access;
    auto fields = request;
    if (!fields.owner) fields.owner = principal.user;
    if (!fields.owner) fail(Status::ERR_INVALID_ARGUMENT, "the host must name the owner of a job");
    const auto right = principal.is(fields.owner) ? Right::job_submit : Right::job_submit_for_others;
    auto proof = access.authority.authorise(principal, right, {fields.owner, fields.queue, principal.device});

    fields = valid_fields(std::move(fields));
    const auto queue = accepting_queue(context, principal, fields);

    require_room(context);  // before the document's first bytes are written
    auto parts = std::make_unique<JobWriter::Parts>(context, principal, proof, queue);
    parts->fields = std::move(fields);
    return std::make_unique<JobWriter>(std::move(parts));
}

JobWriter::JobWriter(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
JobWriter::~JobWriter() = default;

void JobWriter::write(ByteView bytes) {
    if (!parts_->usable) fail(Status::ERR_NOT_POSSIBLE, "the job has failed or is complete: begin another");
    parts_->usable = false;
    parts_->context.touch(parts_->principal);
    parts_->stages.first().write(bytes);
    parts_->usable = true;
}

JobId JobWriter::finish() {
    if (!parts_->usable) fail(Status::ERR_NOT_POSSIBLE, "the job has failed or is complete: begin another");
    parts_->usable = false;
    parts_->context.touch(parts_->principal);
    // Both may have changed while the document came in.
    (void)accepting_queue(parts_->context, parts_->principal, parts_->fields);
    parts_->stages.first().finish();
    return commit();
}

JobId JobWriter::commit() {
    const auto& context = parts_->context;
    const auto& fields = parts_->fields;
    store::JobRecord job;
    job.uuid = parts_->uuid;
    job.blob = context.documents().new_name();
    try {
        const auto publication = parts_->blob->publish(job.blob);

        storage::Transaction transaction(context.main());
        // Queue and owner may have gone or changed while the document came in: here no change comes between.
        const auto queue = require_queue(context.main(), fields.queue);
        auto& access = context.access;
        if (!queue.enabled || !may_use(context.main(), access.groups, queue, fields.owner))
            fail(Status::ERR_NOT_POSSIBLE, "queue {} is not accepting jobs", queue.id.value);
        const auto person_key = access.users.person_key(fields.owner);
        if (!access.users.is_active(fields.owner))
            fail(Status::ERR_NOT_POSSIBLE, "user {} is disabled", fields.owner.value);
        const auto now = context.now();
        job.queue = queue.id;
        job.owner = fields.owner;
        job.leaf = context.vault.leaf_keys().store(transaction, storage::LeafKind::job, parts_->job_key);
        job.private_names = queue.kind == QueueKind::private_;
        const auto names_key =
            job.private_names ? private_names_key(person_key, parts_->job_key) : person_key.clone();
        job.name = seal_job_name(names_key, job.uuid, fields.name);
        job.host_name = seal_host_name(names_key, job.uuid, fields.host_name);
        job.attributes = seal_attributes(names_key, job.uuid, attribute_lines(fields.attributes));
        job.document_format = fields.document_format;
        job.size = parts_->limit->size();
        job.protection = parts_->protection;
        if (job.protection < queue.protection) store::begin_conversion(context.main(), queue.id);
        job.reasons = reason::held;
        job.submitted = now;
        job.expires = deadline(context, queue.retention_held);
        job.id = store::insert_job(context.main(), job);
        if (job.id.value > greatest_job_id) fail(Status::ERR_LIMIT, "the instance has used up all job ids");
        // The owner by pseudonym, which names nobody once the user is deleted; never the document's name.
        const auto owner = context.access.users.actor(fields.owner);
        context.audit.append(transaction, {.action = audit::Action::job_held,
                                           .actor = parts_->proof.actor(),
                                           .object = job.id,
                                           .changes = {{"queue", "", std::to_string(queue.id.value)},
                                                       {"owner", "", to_hex(owner.pseudonym)},
                                                       {"size", "", std::to_string(job.size)}},
                                           .personal = {}});
        transaction.commit();
    } catch (const std::exception& failure) {
        // A job that may yet be there needs its file; if it is not, the file is collected as an orphan.
        const auto* error = dynamic_cast<const Error*>(&failure);
        if (!error || error->status() != Status::ERR_OUTCOME_UNKNOWN) context.documents().remove(job.blob);
        throw;
    }
    return job.id;
}

}  // namespace myqsec::spool
