#include "storage/wal/wal_recovery.hpp"

#include "base/error.hpp"
#include "storage/wal/wal_checksum.hpp"
#include "storage/wal/wal_slot.hpp"

namespace myqsec::storage {

namespace {

WalLog newest_slot(File& file, const DatabaseIdentity& identity, const DatabaseKeys& keys,
                   std::string_view name) {
    std::optional<WalLog> newest;
    for (std::size_t slot = 0; slot < 2; ++slot) {
        WalSlotBytes bytes;
        if (file.read_at(slot * wal_slot_spacing, bytes) != bytes.size()) continue;
        auto log = open_slot(identity, keys, slot, bytes);
        if (log && (!newest || log->generation() > newest->generation())) newest = std::move(log);
    }
    if (!newest) {
        fail(Status::ERR_TAMPERED,
             "both header slots of '{}' are damaged, which no crash explains; restore a backup", name);
    }
    return std::move(*newest);
}

class Scan {
 public:
    Scan(File& file, const DatabaseIdentity& identity, const DatabaseKeys& keys, std::string_view name)
        : file_(file),
          identity_(identity),
          keys_(keys),
          name_(name),
          log_(newest_slot(file, identity, keys, name)),
          cipher_(identity, form(), *keys.find(form().key_version)),
          bytes_(wal_frame_size) {}
    ~Scan() { crypto::wipe(bytes_); }
    Scan(const Scan&) = delete;
    Scan& operator=(const Scan&) = delete;

    WalRecovery run() {
        follow_log();
        const std::uint64_t end = log_.size() + 1;
        log_.drop_from(log_.last_commit() + 1);
        const bool damaged = inspect_rest(end);
        return {std::move(log_), damaged};
    }

 private:
    enum class Found { nothing, cut, frame };

    [[nodiscard]] const PageForm& form() const { return log_.base().forms.to; }
    [[nodiscard]] Page page() { return ByteSpan(bytes_).last<page_size>(); }

    Found load(std::uint64_t number) {
        const std::size_t got = file_.read_at(wal_frame_offset(number), bytes_);
        if (got == 0) return Found::nothing;
        if (got != bytes_.size()) return Found::cut;
        header_ = WalFrameHeader::load(bytes_.data());
        std::copy_n(bytes_.end() - static_cast<std::ptrdiff_t>(tag_.size()), tag_.size(), tag_.begin());
        return Found::frame;
    }

    bool authentic(std::uint64_t number) { return cipher_.open_page(number, header_, page()); }

    /// Another generation may have another form, which only its slot named.
    bool authentic_in_any_form(std::uint64_t number) {
        if (authentic(number)) return true;
        if (header_.generation == log_.generation()) return false;
        for (const auto& [version, key] : keys_.all()) {
            for (std::uint8_t suite = 0; suite < crypto::page_suites; ++suite) {
                if (load(number) != Found::frame) return false;
                WalCipher other(identity_, {static_cast<crypto::PageSuite>(suite), version}, key);
                if (other.open_page(number, header_, page())) return true;
            }
        }
        return false;
    }

    /// What was durable, proof and counter can't be foretold, but are authenticated.
    [[nodiscard]] bool continues_log() const {
        WalFrameHeader due = log_.next_header(header_.page, header_.commit);
        if (header_.durable > log_.commits()) return false;
        due.durable = header_.durable;
        if (header_.commit != 0) {
            due.counter = header_.counter;
            due.proof = header_.proof;
        }
        return header_ == due;
    }

    /// Takes frames as long as each is authentic and exactly the one that continues the log.
    void follow_log() {
        SqliteWalChecksum checksum(log_.sqlite_header());
        for (std::uint64_t number = 1; load(number) == Found::frame; ++number) {
            if (!continues_log() || !authentic(number)) return;
            ByteArray<8> start;  // what SQLite sums of a frame header
            store_be(start.data(), header_.page);
            store_be(start.data() + 4, header_.commit);
            checksum.update(start);
            checksum.update(page());
            log_.append({header_.page, header_.commit, header_.durable, checksum.value(), tag_}, header_);
        }
    }

    /// What a frame names as durable was synced before the frame was written. So no accident leaves one here
    /// that names more of this generation than was found whole, and none of a later generation.
    bool inspect_rest(std::uint64_t first) {
        bool damaged = false;
        for (std::uint64_t number = first;; ++number) {
            const Found found = load(number);
            if (found == Found::nothing) return damaged;
            if (found == Found::cut) return damaged || number == first;
            const bool later = header_.generation > log_.generation() ||
                               (header_.generation == log_.generation() && header_.durable > log_.commits());
            if (later && authentic_in_any_form(number)) alarm(number);
            if (number == first) damaged = later || is_damaged(number);
        }
    }

    /// The frame where the log ends is sound if it is left from earlier use: an older generation, a longer
    /// transaction that was rolled back, or transactions that were never durable, of which an earlier cut
    /// took the first.
    bool is_damaged(std::uint64_t number) {
        const bool left_over =
            header_.generation < log_.generation() || header_.transaction != log_.commits() + 1;
        return !left_over || !authentic_in_any_form(number);
    }

    [[noreturn]] void alarm(std::uint64_t number) {
        fail(Status::ERR_TAMPERED,
             "frame {} of '{}' belongs to transaction {}, but the log is damaged behind transaction {}: no "
             "crash "
             "explains that; restore a backup",
             number, name_, header_.transaction, log_.commits());
    }

    File& file_;
    DatabaseIdentity identity_;
    const DatabaseKeys& keys_;
    std::string_view name_;
    WalLog log_;
    WalCipher cipher_;
    WalFrameHeader header_;
    WalTag tag_{};
    Bytes bytes_;
};

}  // namespace

WalRecovery recover_wal(File& file, const DatabaseIdentity& identity, const DatabaseKeys& keys,
                        std::string_view name) {
    return Scan(file, identity, keys, name).run();
}

}  // namespace myqsec::storage
