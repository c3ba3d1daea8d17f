#include "storage/wal/wal_file.hpp"

#include <utility>

#include "base/error.hpp"
#include "crypto/secret.hpp"
#include "storage/wal/wal_slot.hpp"

namespace myqsec::storage {

WalFile::WalFile(std::unique_ptr<File> file, std::string name, PageState& state, WalLog log)
    : file_(std::move(file)),
      name_(std::move(name)),
      state_(state),
      log_(std::move(log)),
      cipher_(state.identity, log_.base().forms.to, key_of(state.keys, log_.base().forms.to, name_)),
      syncs_(*file_, state.counter, name_, position()),
      durable_generation_(log_.generation()) {}

WalFile::~WalFile() {
    crypto::wipe(scratch_);
}

void WalFile::unexpected(std::string_view what, std::uint64_t offset, std::size_t size) const {
    fail(Status::ERR_INTERNAL, "SQLite {} {} bytes at {} of '{}', which is no part of a log", what, size,
         offset, name_);
}

// --- writing ---

void WalFile::write(std::uint64_t offset, ByteView from) {
    if (offset == 0 && from.size() == sqlite_wal_header_size) {
        SqliteWalHeader header;
        std::copy(from.begin(), from.end(), header.begin());
        return start_generation(header);
    }
    if (offset < sqlite_wal_header_size) unexpected("wrote", offset, from.size());
    const std::uint64_t number = (offset - sqlite_wal_header_size) / sqlite_frame_size + 1;
    const std::size_t within = (offset - sqlite_wal_header_size) % sqlite_frame_size;
    if (within == 0 && from.size() == sqlite_frame_header_size) {
        settle_header();
        pending_.emplace(PendingHeader{number, {}});
        std::copy(from.begin(), from.end(), pending_->bytes.begin());
    } else if (within == sqlite_frame_header_size && from.size() == page_size) {
        write_page(number, from);
    } else {
        unexpected("wrote", offset, from.size());
    }
}

/// SQLite writes a header when everything before it has been checkpointed, and syncs before the first frame.
/// Until that sync the other slot still names a generation that recovers to the same state. A failed attempt
/// is repeated under the same number, in the same slot.
void WalFile::start_generation(const SqliteWalHeader& header) {
    pending_.reset();
    state_.require_whole(name_);
    if (state_.unsynced)
        fail(Status::ERR_INTERNAL, "SQLite began '{}' anew before it synced the pages", name_);
    const std::uint64_t generation = durable_generation_ + 1;
    const PageForm& form = state_.forms.to;
    const crypto::Secret& key = key_of(state_.keys, form, name_);
    const BaseState base = state_.base(log_.counter());
    const WalSlotBytes slot = seal_slot(state_.identity, key, generation, header, base);
    written_ = true;
    file_->write_at((generation % 2) * wal_slot_spacing, slot);
    if (form != log_.base().forms.to) {
        cipher_ = WalCipher(state_.identity, form, key);
        reusable_ = false;
    }
    // From here on the frames that a snapshot reads are overwritten. The next one reads the database file.
    const std::lock_guard none_reads(state_.snapshots);
    const std::lock_guard lock(state_.lookup);
    log_ = WalLog(generation, header, seed_of(slot), base);
    syncs_.moved(position());
}

void WalFile::restart() {
    const bool begun = log_.size() == 0 && durable_generation_ == log_.generation();
    if (!begun || log_.base() != state_.base(log_.counter())) renew();
    const std::uint64_t kept = reusable_ ? wal_frame_offset(reused_frames + 1) : wal_frames_offset;
    if (file_->size() > kept) file_->truncate(kept);
    reusable_ = true;
}

void WalFile::renew() {
    start_generation({});
    sync();
}

void WalFile::write_page(std::uint64_t number, ByteView page) {
    if (pending_ && pending_->frame == number) {
        const PendingHeader header = *pending_;
        pending_.reset();
        append_frame(header, page);
    } else {
        settle_header();
        rewrite_frame(number, page);
    }
}

void WalFile::append_frame(const PendingHeader& pending, ByteView page) {
    if (pending.frame > log_.size() + 1) unexpected("wrote", pending.frame, page.size());
    drop_from(pending.frame);
    WalFrame frame;
    frame.page = load_be<std::uint32_t>(pending.bytes.data());
    frame.commit = load_be<std::uint32_t>(pending.bytes.data() + 4);
    std::copy_n(pending.bytes.begin() + 16, frame.checksum.size(), frame.checksum.begin());
    frame.durable = syncs_.durable_commits(log_.generation());
    WalFrameHeader header = next_header(frame.page, frame.commit);
    header.durable = frame.durable;
    frame.tag = put_frame(pending.frame, header, page);
    {
        const std::lock_guard lock(state_.lookup);
        log_.append(frame, header);
    }
    if (frame.commit != 0) syncs_.moved(position());
}

void WalFile::drop_from(std::uint64_t number) {
    const std::lock_guard lock(state_.lookup);
    const std::uint64_t commits = log_.commits();
    log_.drop_from(number);
    if (log_.commits() < commits) syncs_.moved(position());
}

WalFrameHeader WalFile::next_header(std::uint32_t page, std::uint32_t commit) {
    if (commit == 0) return log_.next_header(page, commit);
    return log_.next_commit(page, commit, syncs_.next_counter(log_.counter()), state_.ledger,
                            state_.identity);
}

/// A page spilled earlier in the same transaction changed again: SQLite writes its data alone and the headers
/// of all frames from there on, for their checksums, before the commit is synced.
void WalFile::rewrite_frame(std::uint64_t number, ByteView page) {
    if (number <= log_.last_commit() || number > log_.size()) unexpected("rewrote", number, page.size());
    const WalFrameHeader header = log_.header(number);
    log_.frame(number).tag = put_frame(number, header, page);
}

WalTag WalFile::put_frame(std::uint64_t number, const WalFrameHeader& header, ByteView page) {
    std::copy(page.begin(), page.end(), scratch_.begin() + WalFrameHeader::size);
    const WalTag tag = cipher_.seal_frame(number, header, scratch_);
    written_ = true;
    const bool reusable = std::exchange(reusable_, false);  // what is half written looks damaged
    file_->write_at(wal_frame_offset(number), scratch_);
    reusable_ = reusable;
    return tag;
}

/// A header without page only changes SQLite's checksum, which lives in memory.
void WalFile::settle_header() {
    if (!pending_) return;
    const PendingHeader pending = *pending_;
    pending_.reset();
    if (pending.frame > log_.size()) return;
    WalFrame& frame = log_.frame(pending.frame);
    if (frame.page == load_be<std::uint32_t>(pending.bytes.data()) &&
        frame.commit == load_be<std::uint32_t>(pending.bytes.data() + 4)) {
        std::copy_n(pending.bytes.begin() + 16, frame.checksum.size(), frame.checksum.begin());
    }
}

/// SQLite empties the log when everything in it has been checkpointed and synced. The slots stay: a log
/// without a valid slot is never the work of an accident. So does room for the next frames: a sync
/// of what lies in blocks that the file had already need not make a new size durable, too.
void WalFile::truncate(std::uint64_t size) {
    if (size == 0) return restart();
    pending_.reset();
    const std::uint64_t frames =
        size <= sqlite_wal_header_size ? 0 : (size - sqlite_wal_header_size) / sqlite_frame_size;
    file_->truncate(wal_frame_offset(frames + 1));
    drop_from(frames + 1);
}

void WalFile::sync() {
    settle_header();
    syncs_.wait(newest_ticket());
    durable_generation_ = log_.generation();
}

WalSync::Ticket WalFile::ticket() {
    written_ = false;
    return syncs_.ticket();
}

// --- reading ---

std::uint64_t WalFile::size() {
    settle_header();
    return log_.size() == 0 ? 0 : sqlite_wal_header_size + log_.size() * sqlite_frame_size;
}

bool WalFile::read(std::uint64_t offset, ByteSpan into) {
    settle_header();
    if (offset + into.size() <= sqlite_wal_header_size) {
        std::copy_n(log_.sqlite_header().begin() + static_cast<std::ptrdiff_t>(offset), into.size(),
                    into.begin());
        return true;
    }
    if (offset < sqlite_wal_header_size) unexpected("read", offset, into.size());
    const std::uint64_t number = (offset - sqlite_wal_header_size) / sqlite_frame_size + 1;
    const std::size_t within = (offset - sqlite_wal_header_size) % sqlite_frame_size;
    if (within + into.size() > sqlite_frame_size) unexpected("read", offset, into.size());
    if (number > log_.size()) {
        std::fill(into.begin(), into.end(), std::uint8_t{0});
        return false;
    }
    read_frame(number, within, into);
    return true;
}

void WalFile::read_frame(std::uint64_t number, std::size_t within, ByteSpan into) {
    if (within == sqlite_frame_header_size && into.size() == page_size) {
        return read_page(number, into.first<page_size>());
    }
    ByteArray<sqlite_frame_size> frame{};
    const auto header = sqlite_frame_header(number);
    std::copy(header.begin(), header.end(), frame.begin());
    if (within + into.size() > sqlite_frame_header_size)
        read_page(number, std::span(frame).last<page_size>());
    std::copy_n(frame.begin() + static_cast<std::ptrdiff_t>(within), into.size(), into.begin());
    crypto::wipe(frame);
}

void WalFile::read_page(std::uint64_t number, Page into) {
    open_frame(*file_, name_, cipher_, number, log_.header(number), log_.frame(number).tag, into);
}

void open_frame(File& file, std::string_view name, WalCipher& cipher, std::uint64_t number,
                const WalFrameHeader& header, const WalTag& tag, Page into) {
    const std::size_t got = file.read_at(wal_frame_offset(number) + WalFrameHeader::size, into);
    if (got != page_size || !std::equal(tag.begin(), tag.end(), into.last<sizeof(WalTag)>().begin()) ||
        !cipher.open_page(number, header, into)) {
        std::fill(into.begin(), into.end(), std::uint8_t{0});
        fail(Status::ERR_CORRUPT, "frame {} of '{}' was damaged while it was in use; restore a backup",
             number, name);
    }
}

ByteArray<sqlite_frame_header_size> WalFile::sqlite_frame_header(std::uint64_t number) const {
    const WalFrame& frame = log_.frame(number);
    ByteArray<sqlite_frame_header_size> header;
    store_be(header.data(), frame.page);
    store_be(header.data() + 4, frame.commit);
    std::copy_n(log_.sqlite_header().begin() + 16, 8, header.begin() + 8);  // the salts
    std::copy(frame.checksum.begin(), frame.checksum.end(), header.begin() + 16);
    return header;
}

// --- creating ---

std::unique_ptr<File> create_wal(Folder& folder, const std::string& name, const PageState& state) {
    auto file = folder.create_unnamed();
    file->truncate(wal_frames_offset);
    const crypto::Secret& key = key_of(state.keys, state.forms.to, name);
    for (std::uint64_t generation = 0; generation < 2; ++generation) {
        file->write_at(generation * wal_slot_spacing,
                       seal_slot(state.identity, key, generation, {}, state.base(0)));
    }
    file->sync();
    folder.link(*file, name);
    folder.sync();
    return file;
}

}  // namespace myqsec::storage
