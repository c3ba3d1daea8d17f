#include "storage/vfs/page_verification.hpp"

#include "base/error.hpp"
#include "storage/pages/page_sealer.hpp"

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

}  // namespace

void verify_pages(File& file, std::string_view name, PageState& state, WalLog& log) {
    const std::uint32_t pages = log.lowest_size();
    state.ledger.resize(pages);
    for (std::uint32_t number = 1; number <= pages; ++number) {
        if (log.covers(number)) continue;
        ByteArray<sizeof(crypto::PageMark)> mark{};
        if (file.read_at(std::uint64_t{number - 1} * page_size + page_mark_offset, mark) != mark.size())
            break;
        state.ledger.set(number, load_be<crypto::PageMark>(mark.data()));
    }
    if (matches(state, log)) return log.settle(state.ledger.sum());
    require_authentic_pages(file, name, state, log);
    fail(Status::ERR_TAMPERED,
         "'{}' holds pages of another time than its log: an earlier version of some pages, or of one of the "
         "two files, "
         "was put back; restore a backup of both",
         name);
}

}  // namespace myqsec::storage
