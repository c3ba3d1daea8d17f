#include "storage/vfs/page_store.hpp"

#include "base/error.hpp"
#include "crypto/random.hpp"
#include "storage/vfs/page_verification.hpp"

namespace myqsec::storage {

namespace {

void require_no_more(File& file, std::uint64_t most, std::string_view name) {
    const auto size = file.size();
    if (size <= most) return;
    fail(Status::ERR_TAMPERED,
         "'{}' has {} bytes and may have {}: something was added at its end, or its log is of an earlier "
         "time; restore a backup",
         name, size, most);
}

}  // namespace

std::unique_ptr<VfsFile> PageStore::create_file() {
    auto file = folder_.create(name_);
    const PageForm form{options_.suite, keys_.newest()};
    state_.emplace(DatabaseIdentity{crypto::random_array<8>()}, keys_, PageForms{form, form, 0},
                   PageLedger(key_of(keys_, form, path())), CounterGuard(), options_.snapshot_rank);
    auto pages = std::make_unique<PageFile>(std::move(file), path(), *state_);
    pages_ = pages.get();
    return pages;
}

std::unique_ptr<VfsFile> PageStore::open_file() {
    auto file = folder_.open(name_);
    const ClearHeader header = read_clear_header(*file, path());
    try {
        recover(*file, header);
    } catch (const Error& error) {
        // Under a wrong key everything looks altered. Page 1 tells.
        if (error.status() != Status::ERR_TAMPERED || first_page_opens(*file, header, keys_)) throw;
        fail(Status::ERR_CORRUPT, "'{}' is damaged or belongs to another instance; restore a backup", path());
    }
    auto pages = std::make_unique<PageFile>(std::move(file), path(), *state_, &*marks_);
    pages_ = pages.get();
    return pages;
}

void PageStore::recover(File& file, const ClearHeader& header) {
    const std::string log_path = folder_.path() + "/" + log_name();
    if (!folder_.exists(log_name())) {
        fail(
            Status::ERR_TAMPERED,
            "'{}' is missing: it says what '{}' must hold, and no crash removes it; restore a backup of both",
            log_path, name_);
    }
    auto log_file = folder_.open(log_name());
    WalRecovery found = recover_wal(*log_file, header.identity, keys_, log_path);
    // A program that was killed may have left what no sync has covered: nothing may rest on it before one
    // has.
    log_file->sync();
    const PageForms& forms = found.log.base().forms;
    state_.emplace(header.identity, keys_, forms, PageLedger(key_of(keys_, forms.to, path())),
                   CounterGuard(options_.counter), options_.snapshot_rank);
    const bool finished = finish_step(file, found.log);
    require_no_more(file, std::uint64_t{found.log.highest_size()} * page_size, path());
    marks_.emplace(folder_, name_);
    if (verify_pages(file, path(), *state_, found.log, &*marks_) == MarksFrom::marks_file) uncompared_ = 1;
    state_->counter.check(found.log.counter(), path());
    damaged_tail_ = found.damaged_tail;
    recovered_transactions_ = found.log.commits();
    log_ = std::make_unique<WalFile>(std::move(log_file), log_path, *state_, std::move(found.log));
    if (finished) log_->renew();
}

std::unique_ptr<VfsFile> PageStore::open_log() {
    if (!log_) {
        auto file = create_wal(folder_, log_name(), *state_);
        const std::string log_path = folder_.path() + "/" + log_name();
        WalLog empty = recover_wal(*file, state_->identity, keys_, log_path).log;
        log_ = std::make_unique<WalFile>(std::move(file), log_path, *state_, std::move(empty));
    }
    wal_ = log_.get();
    return std::move(log_);
}

std::unique_ptr<VfsFile> PageStore::open_snapshot() {
    if (pages_ == nullptr || wal_ == nullptr) fail(Status::ERR_INTERNAL, "'{}' is not open yet", path());
    return std::make_unique<SnapshotFile>(*pages_, *wal_, *state_);
}

void PageStore::put_key(std::uint32_t version, const crypto::Secret& key) {
    const std::lock_guard none_reads(state_->snapshots);
    keys_.put(version, key);
}

void PageStore::drop_key(std::uint32_t version) {
    const std::lock_guard none_reads(state_->snapshots);
    keys_.drop(version);
}

}  // namespace myqsec::storage
