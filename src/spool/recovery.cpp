#include "spool/recovery.hpp"

#include <algorithm>
#include <set>

#include "spool/conversion_store.hpp"
#include "spool/retention.hpp"

namespace myqsec::spool {

namespace {

using Findings = std::vector<storage::Vault::Finding>;

void hold_interrupted(const Context& context, Findings& findings) {
    storage::Transaction transaction(context.main());
    for (const auto& job : store::processing_jobs(context.main())) {
        hold_possibly_printed(context, transaction, job, audit::Actor::system());
        findings.push_back({"job-possibly-printed",
                            fmt::format("output of job {} was interrupted: it is held again", job.id.value)});
    }
    transaction.commit();
}

void change_state(const Context& context, storage::Transaction& transaction, const store::DocumentRow& row,
                  JobState state, std::string_view reasons, audit::Result result) {
    store::set_state(transaction.database(), row.job, state, reasons);
    const auto action = state == JobState::aborted ? audit::Action::job_aborted : audit::Action::job_changed;
    context.audit.append(
        transaction,
        {.action = action,
         .actor = audit::Actor::system(),
         .object = row.job,
         .result = result,
         .changes = {{"state", std::string(job_state_name(row.state)), std::string(job_state_name(state))}},
         .personal = {}});
}

/// A document that is missing may be one that is not mounted. Its job keeps the key, and is held again if it
/// comes back.
void compare_with_files(const Context& context, const std::vector<store::DocumentRow>& rows,
                        Findings& findings) {
    // Listed once: to ask for each file would cost more than all the rest of an opening.
    auto files = context.documents().names();
    std::ranges::sort(files);
    bool found = false;
    storage::Transaction transaction(context.main());
    for (const auto& row : rows) {
        const bool there = std::ranges::binary_search(files, row.blob);
        if (!there && row.state != JobState::aborted) {
            change_state(context, transaction, row, JobState::aborted, reason::document_lost,
                         audit::Result::failed);
            findings.push_back(
                {"job-document-missing",
                 fmt::format("the document of job {} is missing: the job is aborted", row.job.value)});
        } else if (there && row.state == JobState::aborted) {
            change_state(context, transaction, row, JobState::pending_held, reason::held, audit::Result::ok);
            findings.push_back(
                {"job-document-found",
                 fmt::format("the document of job {} is there again: the job is held", row.job.value)});
            found = true;
        }
    }
    if (found) store::begin_conversions(context.main());  // it may have missed one
    transaction.commit();
}

void collect_orphans(const Context& context, const std::vector<store::DocumentRow>& rows,
                     Findings& findings) {
    std::set<storage::BlobName> known;
    for (const auto& row : rows)
        known.insert(row.blob);
    const auto orphans = context.documents().collect_orphans(
        [&](const storage::BlobName& name) { return known.contains(name); });
    if (orphans.removed > 0) {
        findings.push_back(
            {"orphan-documents",
             fmt::format("{} files of unfinished or deleted jobs were removed", orphans.removed)});
    }
    if (orphans.foreign > 0) {
        findings.push_back({"foreign-documents",
                            fmt::format("{} files in the folder '{}' are of no job and were not made by this "
                                        "instance: they stay; move them away",
                                        orphans.foreign, documents_folder)});
    }
}

}  // namespace

Findings recover_jobs(const Context& context) {
    Findings findings;
    if (store::deletion_suspended(context.main())) {
        findings.push_back(
            {"deletion-suspended",
             "the clock stepped further than clock.max_step: nothing expires until an administrator "
             "confirms the clock"});
    }
    hold_interrupted(context, findings);
    const auto rows = store::documents(context.main());
    compare_with_files(context, rows, findings);
    collect_orphans(context, rows, findings);
    return findings;
}

}  // namespace myqsec::spool
