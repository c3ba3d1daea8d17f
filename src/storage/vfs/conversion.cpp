// PageStore's conversions: all pages from one form to another, a step at a time, while the database is in
// use.
#include "base/error.hpp"
#include "storage/vfs/conversion_journal.hpp"
#include "storage/vfs/page_store.hpp"
#include "storage/vfs/page_verification.hpp"

namespace myqsec::storage {

void PageStore::require_empty_log() const {
    if (wal_ == nullptr || wal_->log().size() != 0) {
        fail(Status::ERR_NOT_POSSIBLE, "'{}' has a statement under way; convert it when there is none",
             path());
    }
}

/// Until the new slot is durable, everything is as before: SQLite begins the generation anew before it writes
/// a frame.
void PageStore::change_forms(const PageForms& forms) {
    const PageForms before = state_->forms;
    const auto use = [&](const PageForms& wanted) {
        const bool rekey = wanted.to.key_version != state_->forms.to.key_version;
        state_->forms = wanted;
        if (rekey) state_->ledger.rekey(key_of(keys_, wanted.to, path()));
        pages_->change_forms();
    };
    use(forms);
    try {
        wal_->restart();
    } catch (...) {
        use(before);
        throw;
    }
}

void PageStore::begin_conversion(const PageForm& to) {
    const std::lock_guard none_reads(state_->snapshots);
    require_empty_log();
    if (state_->forms.converting()) {
        fail(Status::ERR_NOT_POSSIBLE, "'{}' is being converted already; wait until that is finished",
             path());
    }
    if (to != state_->forms.to) change_forms({to, state_->forms.to, 0});
}

bool PageStore::convert(std::uint32_t most) {
    if (!state_->forms.converting()) return true;
    const std::lock_guard none_reads(state_->snapshots);
    require_empty_log();
    const PageForms& forms = state_->forms;
    if (forms.done < state_->ledger.pages()) {
        ConversionStep step = next_step(std::min(most, state_->ledger.pages() - forms.done));
        ConversionJournal(folder_, name_).write(*state_, step);
        replace_pages(step);
        state_->forms.done = step.last();
        // If this fails, the pages and what is known of them have moved on nevertheless, here and in the
        // journal.
        wal_->restart();
    }
    if (forms.done < state_->ledger.pages()) return false;
    change_forms({forms.to, forms.to, 0});
    ConversionJournal(folder_, name_).remove();
    return true;
}

ConversionStep PageStore::next_step(std::uint32_t count) {
    ConversionStep step;
    step.generation = wal_->log().generation();
    step.first = state_->forms.done + 1;
    step.pages.resize(std::size_t{count} * page_size);
    step.sum = state_->ledger.sum();
    for (std::uint32_t number = step.first; number <= step.last(); ++number) {
        const Page page = step.page(number);
        if (!pages_->convert(number, page)) continue;
        state_->ledger.digest().toggle(step.sum, number, state_->ledger.mark(number));
        state_->ledger.digest().toggle(step.sum, number, mark_of(page));
    }
    return step;
}

/// From here on the step is finished, if not now, then when the database opens again. In between the file is
/// neither the old nor the new, so nothing may be read or written.
void PageStore::replace_pages(ConversionStep& step) {
    state_->broken = true;
    for (std::uint32_t number = step.first; number <= step.last(); ++number) {
        if (!ConversionStep::is_hole(step.page(number))) pages_->put(number, step.page(number));
    }
    pages_->sync();
    state_->broken = false;
}

/// The log is empty, or the step had been over before its first frame. Returns whether there was something to
/// finish.
bool PageStore::finish_step(File& file, WalLog& log) {
    ConversionJournal journal(folder_, name_);
    if (!state_->forms.converting()) {
        journal.remove();
        return false;
    }
    auto step = log.commits() == 0 ? journal.read(*state_, log.generation()) : std::nullopt;
    if (!step || step->first != state_->forms.done + 1) return false;
    for (std::uint32_t number = step->first; number <= step->last(); ++number) {
        if (!ConversionStep::is_hole(step->page(number)))
            file.write_at(std::uint64_t{number - 1} * page_size, step->page(number));
    }
    file.sync();
    state_->forms.done = step->last();
    BaseState after = log.base();
    after.sum = step->sum;
    after.forms = state_->forms;
    log.rebase(after);
    return true;
}

}  // namespace myqsec::storage
