#include "spool/jobs.hpp"

#include <algorithm>
#include <iterator>

#include "spool/documents/job_reader.hpp"
#include "spool/documents/job_writer.hpp"
#include "spool/documents/release.hpp"
#include "spool/keeping/conversion.hpp"
#include "spool/keeping/document_check.hpp"
#include "spool/keeping/outputs.hpp"
#include "spool/keeping/retention.hpp"
#include "spool/keeping/trusted_clock.hpp"
#include "spool/permits/delegated_jobs.hpp"
#include "spool/permits/permit.hpp"
#include "spool/records/clock_store.hpp"
#include "spool/records/job_list_store.hpp"
#include "spool/records/sealed_names.hpp"
#include "spool/records/trusted_time.hpp"

namespace myqsec::spool {

using access::PrincipalKind;
using access::Right;

struct Jobs::State {
    explicit State(const Context& the_context)
        : context(the_context),
          clock(context),
          retention(context, outputs),
          conversion(context),
          documents(context) {}

    Context context;
    Outputs outputs;
    TrustedClock clock;
    Retention retention;
    Conversion conversion;
    DocumentCheck documents;
};

Jobs::Jobs(const Context& context) : state_(std::make_unique<State>(context)) {}
Jobs::~Jobs() = default;

namespace {

void hold_interrupted(const Context& context, std::vector<Finding>& findings) {
    storage::Transaction transaction(context.main());
    for (const auto& job : store::processing_jobs(context.main())) {
        hold_possibly_printed(context, transaction, job, audit::Actor::system());
        findings.push_back({"job-possibly-printed",
                            fmt::format("output of job {} was interrupted: it is held again", job.id.value)});
    }
    transaction.commit();
}

}  // namespace

namespace {

Finding deletion_suspended_finding() {
    return {"deletion-suspended",
            "the clock stepped, or the instance was closed, for longer than clock.max_step: until an "
            "administrator confirms the clock, things expire by the time that is known to have passed, and "
            "neither backup keys nor audit events go"};
}

}  // namespace

std::vector<Finding> Jobs::recover() {
    std::vector<Finding> findings;
    if (state_->clock.begin()) findings.push_back(deletion_suspended_finding());
    hold_interrupted(state_->context, findings);
    std::ranges::move(state_->documents.begin(), std::back_inserter(findings));
    return findings;
}

std::vector<Finding> Jobs::take_findings() {
    auto findings = state_->documents.take_findings();
    if (state_->clock.take_news()) findings.push_back(deletion_suspended_finding());
    return findings;
}

std::unique_ptr<JobWriter> Jobs::submit(const access::Principal& principal, const JobFields& fields) {
    return begin_job(state_->context, principal, fields);
}

Paged<Job> Jobs::list(const access::Principal& principal, const JobFilter& filter, const Page& page) {
    auto& main = state_->context.main();
    const auto scope = visible_jobs(state_->context, principal);
    const DelegatedJobs delegated(state_->context, principal, scope);
    JobDescriptions descriptions(state_->context);
    const auto records = scope ? store::list_jobs(main, filter, delegated.widened(), page)
                               : store::list_jobs(main, filter, page);
    Paged<Job> jobs;
    jobs.reserve(records.size());
    const auto now = trusted_now(state_->context);
    for (const auto& record : records) {
        const auto view = delegated.view_of(record);
        if (view == JobView::none || is_over(record, now)) continue;
        jobs.push_back(descriptions.describe(record, view));
    }
    jobs.more = records.more;
    return jobs;
}

Job Jobs::get(const access::Principal& principal, JobId job) {
    const auto permitted =
        permit(state_->context, principal, job, Right::job_manage_own, Right::job_manage_all, Delegable::yes);
    const bool names = !permitted.delegation || permitted.delegation->names;
    return JobDescriptions(state_->context)
        .describe(permitted.job, names ? JobView::whole : JobView::nameless);
}

void Jobs::cancel(const access::Principal& principal, JobId id) {
    state_->outputs.refuse_own(id);
    const auto& context = state_->context;
    const auto permitted = permit(context, principal, id, Right::job_manage_own, Right::job_manage_all);

    storage::Transaction transaction(context.main());
    const auto job = store::find_job(context.main(), id);
    if (!job) fail_no_job(id);
    if (job->state != JobState::pending_held && job->state != JobState::processing) {
        fail(Status::ERR_NOT_POSSIBLE, "job {} is {} and can't be cancelled", id.value,
             job_state_name(job->state));
    }
    const auto queue = require_queue(context.main(), job->queue);
    context.vault.leaf_keys().destroy(transaction, job->leaf);
    const auto reasons = principal.is(job->owner) ? reason::canceled_by_user : reason::canceled_by_operator;
    store::cancel_job(context.main(), id, reasons, deadline(context, queue.retention_printed));
    context.audit.append(transaction,
                         {.action = audit::Action::job_cancelled,
                          .actor = permitted.proof.actor(),
                          .object = id,
                          .changes = {{"state", std::string(job_state_name(job->state)), "canceled"}},
                          .personal = {}});
    commit_ended(context, transaction, is_private(context, *job), [&] {
        state_->outputs.stop(id);
        context.documents().remove(job->blob);
    });
}

void Jobs::remove(const access::Principal& principal, JobId id) {
    state_->outputs.refuse_own(id);
    const auto& context = state_->context;
    const auto permitted = permit(context, principal, id, Right::job_manage_own, Right::job_manage_all);

    storage::Transaction transaction(context.main());
    const auto job = store::find_job(context.main(), id);
    if (!job) fail_no_job(id);
    if (job->state == JobState::processing) {
        fail(Status::ERR_NOT_POSSIBLE, "job {} is being released: cancel it first", id.value);
    }
    const bool was_private = is_private(context, *job);
    erase_job(context, transaction, *job, audit::Action::job_deleted, permitted.proof.actor());
    commit_ended(context, transaction, was_private, [&] { context.documents().remove(job->blob); });
}

void Jobs::release(const access::Principal& principal, JobId job, const ReleaseOptions& options,
                   ReleaseSink& sink) {
    release_job(state_->context, state_->outputs, principal, job, options, sink);
}

std::unique_ptr<JobRelease> Jobs::begin_release(const access::Principal& principal, JobId job,
                                                const ReleaseOptions& options) {
    return spool::begin_release(state_->context, state_->outputs, principal, job, options);
}

void Jobs::undo_pulled(SessionId session) {
    state_->outputs.undo_pulled(
        [&](const access::Principal& principal) { return principal.session == session; });
}

Paged<ReleaseRecord> Jobs::releases(const access::Principal& principal, const ReleaseFilter& filter,
                                    const Page& page) {
    const auto scope = visible_jobs(state_->context, principal);
    if (!scope) return store::list_releases(state_->context.main(), filter, scope, page);
    auto records = store::list_releases(state_->context.main(), filter, scope->widened(), page);
    std::erase_if(records,
                  [&](const ReleaseRecord& record) { return !scope->has(record.owner, record.queue); });
    return records;
}

bool Jobs::stop_output(SessionId session, std::chrono::milliseconds patience) {
    return state_->outputs.stop(session, patience);
}

std::unique_ptr<JobReader> Jobs::open_document(const access::Principal& principal, JobId job) {
    return open_job(state_->context, principal, job);
}

Instant Jobs::tick(const access::Principal& principal) {
    const auto proof = state_->context.access.authority.authorise(principal, Right::instance_tick);
    state_->outputs.undo_pulled([&](const access::Principal& puller) {
        return puller.kind != PrincipalKind::system && !state_->context.access.sessions.alive(puller);
    });
    state_->clock.look(proof.actor());
    const auto next = state_->retention.tick(proof.actor());
    return std::min({next, state_->documents.tick(), state_->conversion.tick()});
}

bool Jobs::deletion_suspended() const {
    return store::get_clock(state_->context.main()).doubted;
}

Duration Jobs::clock_lag() const {
    return store::get_clock(state_->context.main()).lag;
}

void Jobs::confirm_clock(const access::Principal& principal) {
    const auto proof = state_->context.access.authority.authorise(principal, Right::settings_change_storage);
    state_->clock.confirm(proof.actor());
}

void Jobs::remove_of_user(storage::Transaction& transaction, const audit::Actor& actor, UserId user) {
    JobFilter all;
    all.owner = user;
    for (bool more = true; more;) {
        const auto jobs = store::list_jobs(transaction.database(), all, {.limit = 256});
        for (const auto& job : jobs) {
            erase_job(state_->context, transaction, job, audit::Action::job_deleted, actor);
            state_->outputs.stop(job.id);
            state_->retention.remove_later(job.blob);
        }
        more = jobs.more != 0;
    }
    store::forget_releases_of(transaction.database(), user);
}

}  // namespace myqsec::spool
