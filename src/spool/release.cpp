#include "spool/release.hpp"

#include "crypto/random.hpp"
#include "spool/device_stage.hpp"
#include "spool/document.hpp"
#include "spool/erasure.hpp"
#include "spool/permit.hpp"
#include "spool/queue_access.hpp"
#include "spool/retention.hpp"

namespace myqsec::spool {

using access::PrincipalKind;
using access::Right;

namespace {

/// One release from claim to settlement.
struct Release {
    const Context& context;
    const audit::Actor actor;
    const DeviceId device;
    const JobId id;
    const ClaimToken claim;
    const bool keep;
};

Permit permit_release(const Context& context, const access::Principal& principal, JobId id) {
    const auto job = store::find_job(context.main(), id);
    const bool direct = job && require_queue(context.main(), job->queue).kind == QueueKind::direct;
    const bool by_host = direct && principal.kind == PrincipalKind::system;
    return permit(context, principal, id, Right::job_release_own,
                  by_host ? Right::session_host : Right::job_release_all);
}

/// The state decides, in one statement: of two claims one finds the job processing. A claim that nobody holds
/// any more was left by a release that could not be settled, on a full disk, say: it is settled here, as
/// tick() would.
store::JobRecord take(const Release& release, const Outputs& outputs) {
    auto& main = release.context.main();
    storage::Transaction transaction(main);
    auto job = store::find_job(main, release.id);
    if (!job) fail_no_job(release.id);
    if (release.keep && require_queue(main, job->queue).kind == QueueKind::private_) {
        fail(Status::ERR_NOT_POSSIBLE, "a job of a private queue can't be kept after its release");
    }
    if (job->state == JobState::processing && job->claim && !outputs.running(*job->claim)) {
        hold_possibly_printed(release.context, transaction, *job, release.actor);
    }
    if (!store::claim_job(main, release.id, release.claim)) {
        if (job->state == JobState::processing) {
            fail(Status::ERR_NOT_POSSIBLE, "job {} is already being released", release.id.value);
        }
        fail(Status::ERR_NOT_POSSIBLE, "job {} is {} and can't be released", release.id.value,
             job_state_name(job->state));
    }
    transaction.commit();
    return *std::move(job);
}

void append(const Release& release, storage::Transaction& transaction, audit::Action action,
            audit::Result result, std::vector<audit::Change> changes) {
    if (release.device) changes.push_back({"device", "", std::to_string(release.device.value)});
    release.context.audit.append(transaction, {.action = action,
                                               .actor = release.actor,
                                               .object = release.id,
                                               .result = result,
                                               .changes = std::move(changes),
                                               .personal = {}});
}

/// Held again; what was cancelled or deleted meanwhile stays so.
void settle_failed(const Release& release, Status status) {
    auto& main = release.context.main();
    storage::Transaction transaction(main);
    const auto reasons = status == Status::ERR_CORRUPT ? reason::held_damaged : reason::held;
    (void)store::hold_again(main, release.id, release.claim, reasons);
    append(release, transaction, audit::Action::job_release_failed, audit::Result::failed,
           {{"error", "", std::string(status_name(status))}});
    transaction.commit();
}

/// Destroys the key in the same transaction that says the job was printed. A private queue promises that no
/// older copy of the files opens the job when this returns.
void finish_erased(const Release& release, storage::Transaction& transaction, const store::JobRecord& job,
                   QueueKind kind) {
    auto& keys = release.context.vault.leaf_keys();
    keys.destroy(transaction, job.leaf);
    store::remove_job(transaction.database(), job.id);
    append(release, transaction, audit::Action::job_released, audit::Result::ok,
           {{"state", "processing", "deleted"}});
    kind == QueueKind::private_ ? keys.commit_erased(transaction) : transaction.commit();
    release.context.documents().remove(job.blob);
}

void finish_kept(const Release& release, storage::Transaction& transaction, store::JobRecord job,
                 Duration retention_printed) {
    const auto now = release.context.now();
    ++job.releases;
    job.printed = now;
    job.state = release.keep ? JobState::pending_held : JobState::completed;
    job.reasons = release.keep ? reason::held : reason::completed;
    if (!release.keep) job.expires = now + retention_printed;
    store::settle_job(transaction.database(), job);
    append(release, transaction, audit::Action::job_released, audit::Result::ok,
           {{"state", "processing", std::string(job_state_name(job.state))}});
    transaction.commit();
}

void settle_printed(const Release& release) {
    auto& main = release.context.main();
    storage::Transaction transaction(main);
    const auto job = store::find_job(main, release.id);
    if (!job || job->claim != release.claim) {
        // Cancelled or deleted when the device had everything already: it was printed, and the log says so.
        append(release, transaction, audit::Action::job_released, audit::Result::ok, {});
        transaction.commit();
        return;
    }
    const auto queue = require_queue(main, job->queue);
    const bool gone = queue.kind == QueueKind::private_ || queue.retention_printed == Duration::zero();
    if (gone && !release.keep) {
        finish_erased(release, transaction, *job, queue.kind);
    } else {
        finish_kept(release, transaction, *job, queue.retention_printed);
    }
}

void stream(const Release& release, const store::JobRecord& job, DeviceStage& stage) {
    try {
        Document document(release.context, job);
        document.copy_to(stage);
    } catch (const std::exception& failure) {
        stage.abort();
        const auto* error = dynamic_cast<const Error*>(&failure);
        try {
            settle_failed(release, error != nullptr ? error->status() : Status::ERR_INTERNAL);
        } catch (const std::exception&) {
            // A full disk, say. The job stays claimed by nobody, which tick() finds and settles.
        }
        throw;
    }
}

}  // namespace

void release_job(const Context& context, Outputs& outputs, const access::Principal& principal, JobId id,
                 const ReleaseOptions& options, ReleaseSink& sink) {
    outputs.refuse_own(id);
    const auto permitted = permit_release(context, principal, id);
    const Release release{context, permitted.proof.actor(),    principal.device,
                          id,      crypto::random_array<16>(), options.keep};

    // Before the claim, so that no tick takes it for a dead one; until after settling, so that logout waits
    // for that.
    const Outputs::Output output(outputs, id, principal.session, release.claim);
    const auto job = take(release, outputs);
    DeviceStage stage(context, principal, output, sink);
    stream(release, job, stage);
    settle_printed(release);
}

}  // namespace myqsec::spool
