#include "spool/keeping/document_check.hpp"

#include <iterator>

#include "spool/permits/permit.hpp"
#include "spool/records/job_store.hpp"

namespace myqsec::spool {

namespace {

/// Jobs and files of one step: a few milliseconds. Somebody waits for the first. Files come in no order, so
/// that each asks for pages of its own.
constexpr std::size_t compared_at_once = 500;
constexpr std::size_t files_at_opening = 100;

void change_state(const Context& context, storage::Transaction& transaction, const store::JobRecord& job,
                  JobState state, std::string_view reasons, audit::Result result) {
    store::set_state(transaction.database(), job.id, state, reasons);
    const auto action = state == JobState::aborted ? audit::Action::job_aborted : audit::Action::job_changed;
    context.audit.append(
        transaction,
        {.action = action,
         .actor = audit::Actor::system(),
         .object = job.id,
         .result = result,
         .changes = {{"state", std::string(job_state_name(job.state)), std::string(job_state_name(state))}},
         .personal = {}});
}

/// One for all jobs of a step: of a disk that isn't mounted, each has a job's document.
void add_finding(std::vector<storage::Vault::Finding>& findings, std::string_view code,
                 const std::vector<JobId>& jobs, std::string_view of_one, std::string_view of_many) {
    if (jobs.size() == 1) {
        findings.push_back({std::string(code), fmt::format(fmt::runtime(of_one), jobs.front().value)});
    } else if (!jobs.empty()) {
        findings.push_back({std::string(code), fmt::format(fmt::runtime(of_many), jobs.size(),
                                                           jobs.front().value, jobs.back().value)});
    }
}

}  // namespace

std::vector<storage::Vault::Finding> DocumentCheck::begin() {
    const std::lock_guard lock(alone_);
    files_.emplace(context_.documents());
    Findings findings = step(files_at_opening);
    if (!files_ && empty_ && store::any_document(context_.main())) {
        findings.push_back(
            {"documents-missing",
             fmt::format("the folder '{}' holds no document at all, but there are jobs with one: "
                         "mount what belongs there and open the instance again",
                         documents_folder)});
    }
    return findings;
}

Instant DocumentCheck::tick() {
    const std::unique_lock lock(alone_, std::try_to_lock);
    if (!lock || done()) return Instant::max();
    auto found = step(compared_at_once);
    const std::lock_guard telling(telling_);
    std::ranges::move(found, std::back_inserter(findings_));
    return done() ? Instant::max() : context_.now();
}

std::vector<storage::Vault::Finding> DocumentCheck::take_findings() {
    const std::lock_guard lock(telling_);
    return std::exchange(findings_, {});
}

DocumentCheck::Findings DocumentCheck::step(std::size_t most_files) {
    Findings findings;
    if (!jobs_done_) compare_jobs(findings);
    if (files_) compare_files(most_files, findings);
    return findings;
}

void DocumentCheck::compare_jobs(Findings& findings) {
    const auto rows = store::documents_after(context_.main(), reached_, compared_at_once);
    std::vector<store::DocumentRow> differing;
    std::ranges::copy_if(rows, std::back_inserter(differing), [&](const auto& row) { return differs(row); });
    if (!differing.empty()) settle(differing, findings);
    jobs_done_ = rows.size() < compared_at_once;
    if (!rows.empty()) reached_ = rows.back().job;
}

/// What is being released finds out by itself.
bool DocumentCheck::differs(const store::DocumentRow& row) const {
    if (!row.leaf || row.state == JobState::processing) return false;
    return context_.documents().exists(row.blob) == (row.state == JobState::aborted);
}

void DocumentCheck::settle(const std::vector<store::DocumentRow>& rows, Findings& findings) {
    auto& main = context_.main();
    std::vector<JobId> missing;
    std::vector<JobId> found;
    storage::Transaction transaction(main);
    for (const auto& row : rows) {
        const auto job = store::find_job(main, row.job);
        if (!job || !differs({job->id, job->blob, job->state, job->leaf})) continue;
        if (job->state == JobState::aborted) {
            change_state(context_, transaction, *job, JobState::pending_held, reason::held,
                         audit::Result::ok);
            // It may have missed a conversion.
            if (job->protection < require_queue(main, job->queue).protection)
                store::begin_conversion(main, job->queue);
            found.push_back(job->id);
        } else {
            change_state(context_, transaction, *job, JobState::aborted, reason::document_lost,
                         audit::Result::failed);
            missing.push_back(job->id);
        }
    }
    transaction.commit();
    add_finding(findings, "job-document-missing", missing,
                "the document of job {} is missing: the job is aborted",
                "the documents of {} jobs, from {} to {}, are missing: the jobs are aborted");
    add_finding(findings, "job-document-found", found,
                "the document of job {} is there again: the job is held",
                "the documents of {} jobs, from {} to {}, are there again: the jobs are held");
}

void DocumentCheck::compare_files(std::size_t most, Findings& findings) {
    // Whoever put back the wrong database may still bring the right one.
    const bool keep = context_.vault.has_accepted_parts();
    const auto is_known = [&](const storage::BlobName& name) {
        if (store::has_document(context_.main(), name)) return true;
        kept_ += keep ? 1 : 0;
        return keep;
    };
    if (files_->step(most, is_known, [&] { context_.main().wait_durable(); })) return;
    const auto seen = files_->found();
    files_.reset();
    empty_ = seen.named == 0;
    if (seen.removed > 0) {
        findings.push_back(
            {"orphan-documents",
             fmt::format(
                 "{} files that are of no job were removed, as unfinished and deleted jobs leave them",
                 seen.removed)});
    }
    if (kept_ > 0) {
        findings.push_back(
            {"documents-of-another-time",
             fmt::format("{} documents are of no job that '{}' knows: they are of another time, "
                         "and stay until the instance is opened again",
                         kept_, context_.main().name())});
    }
    if (seen.foreign > 0) {
        findings.push_back(
            {"foreign-documents",
             fmt::format("{} files or folders in '{}' are named as documents are, but are of no job "
                         "and were not made by this instance: they stay; move them away",
                         seen.foreign, documents_folder)});
    }
}

}  // namespace myqsec::spool
