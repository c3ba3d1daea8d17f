#include "storage/vfs/page_verification.hpp"

#include "base/error.hpp"
#include "storage/pages/page_file.hpp"

namespace myqsec::storage {

namespace {

bool matches(const PageState& state, const WalLog& log) {
    if (log.commits() == 0) return crypto::equal_constant_time(state.ledger.sum(), log.base().sum);
    return crypto::equal_constant_time(log.proof_of(state.ledger.sum(), state.ledger, state.identity),
                                       log.last_proof());
}

/// Something differs: a damaged page is named, so that a disk's fault is not taken for an attack.
void require_authentic_pages(File& file, std::string_view name, const PageState& state, const WalLog& log) {
    PageSealer to(state.identity, state.forms.to, key_of(state.keys, state.forms.to, name));
    PageSealer from(state.identity, state.forms.from, key_of(state.keys, state.forms.from, name));
    ByteArray<page_size> page;
    for (std::uint32_t number = 1; number <= log.lowest_size(); ++number) {
        if (number == lock_page || log.covers(number)) continue;
        PageSealer& sealer = state.forms.of(number) == to.form() ? to : from;
        const bool opens = file.read_at(std::uint64_t{number - 1} * page_size, page) == page_size &&
                           sealer.open(number, page);
        crypto::wipe(page);
        if (!opens) {
            fail(Status::ERR_CORRUPT, "page {} of '{}' is damaged or missing; restore a backup", number,
                 name);
        }
    }
}

/// The database file is no earlier one: that would lack the last write to a page which the log does not have.
/// If any such page is among the recent ones, that one is.
bool holds_recent_pages(File& file, const PageLedger& ledger, const WalLog& log,
                        std::vector<std::uint32_t> recent) {
    std::ranges::sort(recent);  // the order in which a disk reads them fastest
    bool compared = false;
    for (const std::uint32_t number : recent) {
        if (number > ledger.pages() || log.covers(number)) continue;
        if (read_mark(file, number) != ledger.mark(number)) return false;
        compared = true;
    }
    return compared;
}

/// Takes out what the log replaces or has cut off.
void leave_remainder(PageLedger& ledger, const WalLog& log) {
    ledger.resize(log.lowest_size());
    for (std::uint64_t number = 1; number <= log.size(); ++number) {
        const WalFrame& frame = log.frame(number);
        if (frame.earlier == 0 && frame.page <= ledger.pages()) ledger.set(frame.page, 0);
    }
}

bool marks_file_serves(MarksFile& marks, File& file, PageState& state, const WalLog& log) {
    const std::uint32_t most = std::max(log.base().pages, log.view(log.commits()).pages);
    if (!marks.load(state, log.lowest_size(), most)) return false;
    leave_remainder(state.ledger, log);
    return matches(state, log) && holds_recent_pages(file, state.ledger, log, marks.recent_pages());
}

void load_from_database(File& file, PageLedger& ledger, const WalLog& log) {
    ledger.clear();
    ledger.resize(log.lowest_size());
    for (std::uint32_t number = 1; number <= ledger.pages(); ++number) {
        if (!log.covers(number)) ledger.set(number, read_mark(file, number));
    }
}

}  // namespace

MarksFrom verify_pages(File& file, std::string_view name, PageState& state, WalLog& log, MarksFile* marks) {
    if (marks != nullptr && marks_file_serves(*marks, file, state, log)) {
        log.settle(state.ledger.sum());
        return MarksFrom::marks_file;
    }
    if (marks != nullptr) marks->distrust();
    load_from_database(file, state.ledger, log);
    if (matches(state, log)) {
        log.settle(state.ledger.sum());
        return MarksFrom::database_file;
    }
    require_authentic_pages(file, name, state, log);
    fail(Status::ERR_TAMPERED,
         "'{}' holds pages of another time than its log: an earlier version of some pages, or of one of the "
         "two files, "
         "was put back; restore a backup of both",
         name);
}

}  // namespace myqsec::storage
