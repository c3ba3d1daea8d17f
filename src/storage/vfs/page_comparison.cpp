// PageStore's comparison of the database file with the marks that an opening took from their own file: a page
// that was put back from earlier is found even if nobody reads it.
#include "base/error.hpp"
#include "storage/vfs/page_store.hpp"

namespace myqsec::storage {

PageStore::Slice PageStore::begin_slice(std::uint32_t most) const {
    if (all_compared() || uncompared_ > pages()) return {};
    return {uncompared_, std::vector<crypto::PageMark>(std::min(most, pages() - uncompared_ + 1))};
}

/// What can't be read differs, and is looked at again.
void PageStore::read(Slice& slice) const {
    for (std::uint32_t i = 0; i < slice.marks.size(); ++i) {
        try {
            slice.marks[i] = read_mark(pages_->file(), slice.first + i);
        } catch (const Error&) {
            slice.marks[i] = 0;
        }
    }
}

void PageStore::finish_slice(const Slice& slice) {
    if (all_compared() || (!slice.marks.empty() && slice.first != uncompared_))
        return;  // another thread was faster
    const auto count = static_cast<std::uint32_t>(slice.marks.size());
    std::optional<Error> damage;
    for (std::uint32_t i = 0; i < count; ++i) {
        const std::uint32_t number = slice.first + i;
        if (number > pages() || slice.marks[i] == state_->ledger.mark(number)) continue;
        try {
            require_page(number);
        } catch (const Error& error) {
            if (error.status() != Status::ERR_TAMPERED && !damage) damage = error;
        }
    }
    uncompared_ = count != 0 && slice.first + count <= pages() ? slice.first + count : 0;
    if (damage) throw Error(*damage);
}

/// It may have been written since its mark was read; or the log has it, and a checkpoint will write it.
void PageStore::require_page(std::uint32_t number) {
    const WalLog& log = wal_->log();
    if (log.newest_frame(number, log.view(log.commits())) != 0) return;
    ByteArray<page_size> page;
    pages_->read(std::uint64_t{number - 1} * page_size, page);
    crypto::wipe(page);
}

}  // namespace myqsec::storage
