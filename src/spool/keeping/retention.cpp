#include "spool/keeping/retention.hpp"

#include <algorithm>

#include "spool/permits/permit.hpp"
#include "spool/records/release_record.hpp"
#include "spool/records/trusted_time.hpp"

namespace myqsec::spool {

namespace {

/// Jobs in one transaction: few enough to let others in between, many enough to share its sync.
constexpr std::size_t batch = 128;

}  // namespace

Instant Retention::tick(const audit::Actor& actor) {
    settle_abandoned(actor);
    remove_left_files();
    const auto now = trusted_now(context_);
    expire(actor, now);
    const auto next = store::next_expiry(context_.main());
    return next ? context_.now() + (*next - now) : Instant::max();
}

void Retention::remove_later(const storage::BlobName& blob) {
    const std::lock_guard lock(mutex_);
    left_files_.push_back(blob);
}

void Retention::settle_abandoned(const audit::Actor& actor) {
    storage::Transaction transaction(context_.main());
    for (const auto& job : store::processing_jobs(context_.main())) {
        if (!job.claim || !outputs_.running(*job.claim))
            hold_possibly_printed(context_, transaction, job, actor);
    }
    transaction.commit();
}

void Retention::remove_left_files() {
    std::vector<storage::BlobName> files;
    {
        const std::lock_guard lock(mutex_);
        files.swap(left_files_);
    }
    for (const auto& file : files) {
        if (!store::has_document(context_.main(), file)) context_.documents().remove(file);
    }
}

void Retention::expire(const audit::Actor& actor, Instant now) {
    std::vector<store::JobRecord> expired;
    do {
        storage::Transaction transaction(context_.main());
        expired = store::expired_jobs(context_.main(), now, batch);
        const bool was_private =
            std::ranges::any_of(expired, [&](const auto& job) { return is_private(context_, job); });
        for (const auto& job : expired) {
            erase_job(context_, transaction, job, audit::Action::job_expired, actor);
        }
        commit_ended(context_, transaction, was_private, [&] {
            for (const auto& job : expired)
                context_.documents().remove(job.blob);
        });
    } while (expired.size() == batch);
}

void hold_possibly_printed(const Context& context, storage::Transaction& transaction,
                           const store::JobRecord& job, const audit::Actor& actor) {
    record_release(context, transaction,
                   {.job = job.id,
                    .queue = job.queue,
                    .owner = job.owner,
                    .person = job.claimer,
                    .device = job.claim_device,
                    .outcome = ReleaseOutcome::possibly_printed,
                    .private_queue = require_queue(context.main(), job.queue).kind == QueueKind::private_});
    auto held = job;
    held.state = JobState::pending_held;
    held.reasons = reason::held_possibly_printed;
    store::settle_job(transaction.database(), held);
    context.audit.append(transaction, {.action = audit::Action::job_possibly_printed,
                                       .actor = actor,
                                       .object = job.id,
                                       .changes = {{"state", "processing", "pending-held"}},
                                       .personal = {}});
}

void erase_job(const Context& context, storage::Transaction& transaction, const store::JobRecord& job,
               audit::Action action, const audit::Actor& actor) {
    if (job.leaf) context.vault.leaf_keys().destroy(transaction, job.leaf);
    store::remove_job(transaction.database(), job.id);
    context.audit.append(transaction, {.action = action,
                                       .actor = actor,
                                       .object = job.id,
                                       .changes = {{"state", std::string(job_state_name(job.state)), ""}},
                                       .personal = {}});
}

bool is_private(const Context& context, const store::JobRecord& job) {
    return job.leaf && require_queue(context.main(), job.queue).kind == QueueKind::private_;
}

void commit_ended(const Context& context, storage::Transaction& transaction, bool was_private,
                  const std::function<void()>& then) {
    if (was_private) {
        context.vault.leaf_keys().commit_erased(transaction, then);
    } else {
        transaction.commit();
        then();
    }
}

}  // namespace myqsec::spool
