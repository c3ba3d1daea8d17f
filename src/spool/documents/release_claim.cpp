#include "spool/documents/release_claim.hpp"

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "crypto/random.hpp"
#include "spool/keeping/retention.hpp"
#include "spool/keeping/trusted_clock.hpp"
#include "spool/permits/permit.hpp"
#include "spool/records/sealed_names.hpp"
#include "spool/records/trusted_time.hpp"

namespace myqsec::spool {

using access::PrincipalKind;
using access::Right;

namespace {

bool is_direct(const Context& context, JobId id) {
    const auto job = store::find_job(context.main(), id);
    return job && require_queue(context.main(), job->queue).kind == QueueKind::direct;
}

/// Asks before all that leaves whether the output may go on.
class Gate final : public ByteSink {
 public:
    Gate(ReleaseClaim& claim, ByteSink& next) : claim_(claim), next_(next) {}

    void write(ByteView bytes) override {
        claim_.require_live();
        next_.write(bytes);
        claim_.passed(bytes.size());
    }
    void finish() override {
        claim_.require_live();
        next_.finish();
    }

 private:
    ReleaseClaim& claim_;
    ByteSink& next_;
};

}  // namespace

Status status_of(const std::exception& failure) {
    const auto* error = dynamic_cast<const Error*>(&failure);
    return error != nullptr ? error->status() : Status::ERR_INTERNAL;
}

ReleaseClaim::Permission ReleaseClaim::permission(const Context& context, const Outputs& outputs,
                                                  const access::Principal& principal, JobId id) {
    outputs.refuse_own(id);
    const bool by_host = principal.kind == PrincipalKind::system && is_direct(context, id);
    const auto permitted = permit(context, principal, id, Right::job_release_own,
                                  by_host ? Right::session_host : Right::job_release_all, Delegable::yes);
    return {permitted.proof.actor(), permitted.delegation};
}

ReleaseClaim::ReleaseClaim(const Context& context, Outputs& outputs, const access::Principal& principal,
                           JobId job, const ReleaseOptions& options)
    : context_(context),
      outputs_(outputs),
      principal_(principal),
      id_(job),
      permission_(permission(context, outputs, principal, job)),
      keep_(options.keep),
      token_(crypto::random_array<16>()),
      output_(outputs, job, principal, token_) {
    const auto record = take();
    try {
        document_.emplace(context, record);
    } catch (const std::exception& failure) {
        failed(status_of(failure));
        throw;
    }
}

std::string ReleaseClaim::attributes() const {
    const auto job = store::find_job(context_.main(), id_);
    return job ? JobDescriptions(context_).describe(*job).attributes : std::string();
}

/// The state decides, in one statement: of two claims one finds the job processing. A claim that nobody holds
/// any more was left by a release that could not be settled, on a full disk, say: it is settled here, as
/// tick() would.
store::JobRecord ReleaseClaim::take() {
    auto& main = context_.main();
    storage::Transaction transaction(main);
    auto job = store::find_job(main, id_);
    if (!job) fail_no_job(id_);
    const bool private_queue = require_queue(main, job->queue).kind == QueueKind::private_;
    if (keep_ && private_queue) {
        fail(Status::ERR_NOT_POSSIBLE, "a job of a private queue can't be kept after its release");
    }
    if (job->state == JobState::processing && job->claim && !outputs_.running(*job->claim)) {
        hold_possibly_printed(context_, transaction, *job, permission_.actor);
    }
    if (!store::claim_job(main, id_, {token_, principal_.user, principal_.device})) {
        if (job->state == JobState::processing) {
            fail(Status::ERR_NOT_POSSIBLE, "job {} is already being released", id_.value);
        }
        fail(Status::ERR_NOT_POSSIBLE, "job {} is {} and can't be released", id_.value,
             job_state_name(job->state));
    }
    transaction.commit();
    is_reprint_ = job->state == JobState::completed;
    record_.job = id_;
    record_.queue = job->queue;
    record_.owner = job->owner;
    record_.person = principal_.user;
    record_.device = principal_.device;
    record_.private_queue = private_queue;
    return *std::move(job);
}

void ReleaseClaim::require_live() const {
    if (process_ != crypto::fork_generation())
        fail(Status::ERR_FORKED, "the parent of this process releases job {}, and goes on with it",
             id_.value);
    context_.touch(principal_);
    output_.check();
    if (!permission_.delegation) return;
    const auto still = store::find_delegation(context_.main(), permission_.delegation->id);
    if (!still || !is_in_force(context_, *still) ||
        !still->covers(JobState::processing, record_.private_queue ? QueueKind::private_ : QueueKind::secure))
        fail(Status::ERR_ACCESS_DENIED, "the owner of job {} lets you release their jobs no more", id_.value);
}

Stages ReleaseClaim::stages_to(ByteSink& out) {
    Stages stages(out);
    stages.put_first<Gate>(*this);
    return stages;
}

void ReleaseClaim::conclude(storage::Transaction& transaction, ReleaseOutcome outcome,
                            std::vector<audit::Change> changes) {
    const bool printed = outcome == ReleaseOutcome::printed;
    if (principal_.device) changes.push_back({"device", "", std::to_string(principal_.device.value)});
    if (permission_.delegation)
        changes.push_back({"delegate_of", "", std::to_string(permission_.delegation->owner.value)});
    context_.audit.append(
        transaction, {.action = printed ? audit::Action::job_released : audit::Action::job_release_failed,
                      .actor = permission_.actor,
                      .object = id_,
                      .result = printed ? audit::Result::ok : audit::Result::failed,
                      .changes = std::move(changes),
                      .personal = {}});
    record_.outcome = outcome;
    record_.bytes = passed_;
    record_release(context_, transaction, record_);
}

void ReleaseClaim::failed(Status why) noexcept {
    try {
        settle_failed(why == Status::ERR_CORRUPT ? reason::held_damaged : reason::held, status_name(why));
    } catch (const std::exception&) {
        // A full disk, say. The job stays claimed by nobody, which tick() finds and settles.
    }
}

void ReleaseClaim::abandoned() {
    settle_failed(reason::held, "abandoned");
}

void ReleaseClaim::settle_failed(std::string_view held, std::string_view why) {
    auto& main = context_.main();
    storage::Transaction transaction(main);
    store::end_claim(main, id_, token_, is_reprint_ ? JobState::completed : JobState::pending_held,
                     is_reprint_ ? reason::completed : held);
    // Who fetches a document and lets it fall has read it, and the log says how much of it.
    conclude(transaction, ReleaseOutcome::failed,
             {{"error", "", std::string(why)}, {"bytes", "", std::to_string(passed_)}});
    transaction.commit();
}

void ReleaseClaim::printed() {
    auto& main = context_.main();
    storage::Transaction transaction(main);
    const auto job = store::find_job(main, id_);
    if (!job || job->claim != token_) {
        // Cancelled or deleted when the device had everything already: it was printed, and the log says so.
        conclude(transaction, ReleaseOutcome::printed, {});
        transaction.commit();
        return;
    }
    const auto queue = require_queue(main, job->queue);
    const bool gone = queue.kind == QueueKind::private_ || queue.retention_printed == Duration::zero();
    if (gone && !keep_) {
        finish_erased(transaction, *job, queue.kind);
    } else {
        finish_kept(transaction, *job, queue.retention_printed);
    }
}

/// Destroys the key in the same transaction that says the job was printed. A private queue promises that no
/// older copy of the files opens the job when this returns.
void ReleaseClaim::finish_erased(storage::Transaction& transaction, const store::JobRecord& job,
                                 QueueKind kind) {
    context_.vault.leaf_keys().destroy(transaction, job.leaf);
    store::remove_job(transaction.database(), job.id);
    conclude(transaction, ReleaseOutcome::printed, {{"state", "processing", "deleted"}});
    commit_ended(context_, transaction, kind == QueueKind::private_,
                 [&] { context_.documents().remove(job.blob); });
}

void ReleaseClaim::finish_kept(storage::Transaction& transaction, store::JobRecord job,
                               Duration retention_printed) {
    const auto now = context_.now();
    ++job.releases;
    job.printed = now;
    job.state = keep_ ? JobState::pending_held : JobState::completed;
    job.reasons = keep_ ? reason::held : reason::completed;
    if (!keep_) job.expires = deadline(context_, retention_printed);
    store::settle_job(transaction.database(), job);
    conclude(transaction, ReleaseOutcome::printed,
             {{"state", "processing", std::string(job_state_name(job.state))}});
    transaction.commit();
}

}  // namespace myqsec::spool
