#include "spool/keeping/conversion.hpp"

#include <exception>

#include "spool/queues/recipients.hpp"
#include "spool/records/job_store.hpp"
#include "spool/records/queue_store.hpp"

namespace myqsec::spool {

namespace {

/// What one tick takes on: so much that its commits are shared, so little that it soon lets the host go on.
constexpr std::size_t most_jobs = 64;
constexpr std::uint64_t most_bytes = 64U << 20;
/// Until what stands in the way has gone: a job's output; a certificate that has expired.
constexpr Duration until_released = std::chrono::seconds(1);
constexpr Duration until_renewed = std::chrono::hours(1);

}  // namespace

Instant Conversion::tick() {
    const std::unique_lock lock(alone_, std::try_to_lock);
    if (!lock) return Instant::max();
    auto next = Instant::max();
    for (const auto queue : store::converting_queues(context_.main()))
        next = std::min(next, convert_some(queue));
    return next;
}

Instant Conversion::convert_some(QueueId id) {
    const auto queue = store::find_queue(context_.main(), id);
    if (!queue) return Instant::max();
    try {
        (void)certificates_of(context_, *queue);
    } catch (const Error& error) {
        if (error.status() != Status::ERR_NOT_POSSIBLE) throw;
        return context_.now() + until_renewed;
    }
    settle_uncertain(id);
    auto& reached = reached_[id];
    const auto jobs = store::jobs_to_convert(context_.main(), id, queue->protection, reached, most_jobs);
    if (jobs.empty()) {
        reached = {};
        return finish(*queue) ? Instant::max() : context_.now() + until_released;
    }
    std::vector<Done> all;
    std::uint64_t bytes = 0;
    std::exception_ptr failure;
    for (const auto& job : jobs) {
        reached = job.id;  // also if it fails: the others are not to wait for it
        try {
            if (auto done = convert(*queue, job)) all.push_back(*std::move(done));
        } catch (const std::exception&) {
            failure = std::current_exception();
            break;
        }
        bytes += job.size;
        if (bytes >= most_bytes) break;
    }
    commit(*queue, std::move(all));
    if (failure) std::rethrow_exception(failure);
    return context_.now();
}

std::optional<Conversion::Done> Conversion::convert(const Queue& queue, const store::JobRecord& job) {
    try {
        return Done{job, convert_document(queue, job)};
    } catch (const Error& error) {
        const auto now = store::find_job(context_.main(), job.id);
        if (!now || !now->leaf || now->blob != job.blob) return std::nullopt;  // it went meanwhile
        // Its key is its own: whatever does not open with it is damaged.
        if (error.status() == Status::ERR_CORRUPT || error.status() == Status::ERR_WRONG_KEY)
            return Done{job, std::nullopt};
        throw;
    }
}

storage::Publication Conversion::convert_document(const Queue& queue, const store::JobRecord& job) {
    crypto::Identity identity;
    identity.wrapping_key = context_.vault.leaf_keys().get(job.leaf);
    const auto recipients = recipients_of(context_, queue, *identity.wrapping_key);
    const auto file = context_.documents().open_read_only(job.blob);
    crypto::ContainerReader reader(*file, identity, job.uuid);
    const auto out = context_.documents().writer();
    if ((reader.suite() != crypto::ContainerSuite::plain) == queue.encrypted) {
        crypto::rewrap(*file, identity, recipients, *out);
    } else {
        crypto::ContainerWriter writer(recipients, job.uuid, suite_of(queue), *out);
        reader.copy_to(writer);
    }
    return out->publish(context_.documents().new_name());
}

void Conversion::commit(const Queue& queue, std::vector<Done> all) {
    std::vector<storage::BlobName> left;
    try {
        storage::Transaction transaction(context_.main());
        for (const auto& [job, document] : all) {
            const auto& blob = document ? document->name() : job.blob;
            const bool set = store::set_converted(context_.main(), job, blob, queue.protection);
            if (document) left.push_back(set ? job.blob : blob);
            if (!set || document) continue;
            context_.audit.append(transaction, {.action = audit::Action::job_conversion_failed,
                                                .actor = audit::Actor::system(),
                                                .object = job.id,
                                                .result = audit::Result::failed,
                                                .changes = {},
                                                .personal = {}});
        }
        transaction.commit();
    } catch (...) {
        for (auto& done : all) {
            if (done.document) uncertain_.push_back(*std::move(done.document));
        }
        throw;
    }
    for (const auto& blob : left)
        context_.documents().remove(blob);
}

void Conversion::settle_uncertain(QueueId queue) {
    if (uncertain_.empty()) return;
    storage::Transaction transaction(context_.main());
    store::begin_conversion(context_.main(), queue);  // something to commit
    transaction.commit();
    for (const auto& document : uncertain_) {
        if (!store::has_document(context_.main(), document.name()))
            context_.documents().remove(document.name());
    }
    uncertain_.clear();
}

/// False while a job is being released, or if another change came in between.
bool Conversion::finish(const Queue& queue) {
    storage::Transaction transaction(context_.main());
    const auto now = store::find_queue(context_.main(), queue.id);
    if (!now) return true;
    if (now->protection != queue.protection ||
        store::any_to_convert(context_.main(), queue.id, queue.protection)) {
        return false;
    }
    store::end_conversion(context_.main(), queue.id);
    context_.audit.append(transaction, {.action = audit::Action::queue_converted,
                                        .actor = audit::Actor::system(),
                                        .object = queue.id,
                                        .changes = {{"encrypted", "", queue.encrypted ? "true" : "false"}},
                                        .personal = {}});
    transaction.commit();
    return true;
}

}  // namespace myqsec::spool
