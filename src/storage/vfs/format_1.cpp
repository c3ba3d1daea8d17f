#include "storage/vfs/format_1.hpp"

#include "base/error.hpp"
#include "storage/vfs/replacement.hpp"
#include "storage/wal/wal_file.hpp"
#include "storage/wal/wal_slot.hpp"

namespace myqsec::storage {

namespace {

constexpr std::size_t clear_slot_size = clear_header_size + 8;
constexpr std::size_t slot_size = clear_slot_size + sqlite_wal_header_size + page_reserve;
/// There was one key, which nothing could replace.
constexpr std::uint32_t only_key_version = 1;

class Reader {
 public:
    Reader(Folder& folder, const std::string& name, const ClearHeader& header, const DatabaseKeys& keys)
        : file_(folder.open_read_only(name)),
          name_(folder.path() + "/" + name),
          pages_(header.identity, {header.suite, only_key_version},
                 key_of(keys, {header.suite, only_key_version}, name_)) {
        const std::string log_name = name + "-wal";
        size_ = static_cast<std::uint32_t>(file_->size() / page_size);
        if (!folder.exists(log_name)) return;
        log_file_ = folder.open_read_only(log_name);
        if (log_file_->size() == 0) return;
        log_ = recover_wal(*log_file_, header.identity, keys, folder.path() + "/" + log_name).log;
        frames_.emplace(header.identity, log_.base().forms.to, key_of(keys, log_.base().forms.to, name_));
        if (log_.commits() > 0) size_ = log_.frame(log_.last_commit()).commit;
    }

    [[nodiscard]] std::uint32_t size() const { return size_; }

    /// Plain, as SQLite has it.
    void read(std::uint32_t number, Page page) {
        const std::uint64_t frame = log_.newest_frame(number);
        const bool opens = frame != 0
                               ? read_frame(frame, page)
                               : file_->read_at(std::uint64_t{number - 1} * page_size, page) == page_size &&
                                     pages_.open(number, page);
        if (!opens) fail(Status::ERR_CORRUPT, "page {} of '{}' is damaged; restore a backup", number, name_);
    }

 private:
    bool read_frame(std::uint64_t frame, Page page) {
        const std::uint64_t at = wal_frame_offset(frame, format_version_1) + WalFrameHeader::size_1;
        return log_file_->read_at(at, page) == page_size &&
               frames_->open_page(frame, log_.header(frame), page);
    }

    std::unique_ptr<File> file_;
    std::string name_;
    PageSealer pages_;
    std::unique_ptr<File> log_file_;
    WalLog log_;
    std::optional<WalCipher> frames_;
    std::uint32_t size_ = 0;
};

}  // namespace

std::optional<WalLog> read_slot_1(File& file, const DatabaseIdentity& identity, const DatabaseKeys& keys,
                                  std::size_t slot) {
    ByteArray<slot_size> bytes;
    if (file.read_at(slot * wal_slot_spacing, bytes) != bytes.size()) return std::nullopt;
    BaseState base;
    base.forms.to =
        base.forms.from = {static_cast<crypto::PageSuite>(bytes[wal_magic.size()] & 1), only_key_version};
    ByteArray<clear_header_size> tag;
    store_format_tag(tag.data(), wal_magic, identity, base.forms.to.suite);
    const auto generation = load_be<std::uint64_t>(bytes.data() + clear_header_size);
    const crypto::Secret* key = keys.find(only_key_version);
    if (!std::equal(tag.begin(), tag.end(), bytes.begin()) || generation % 2 != slot || key == nullptr)
        return std::nullopt;
    const WalChain seed = seed_of(bytes);
    const std::span<std::uint8_t, slot_size> all(bytes);
    crypto::PageCipher cipher(base.forms.to.suite, *key);
    if (!cipher.open(all.first<clear_slot_size>(), all.subspan<clear_slot_size, sqlite_wal_header_size>(),
                     all.last<page_reserve>()))
        return std::nullopt;
    SqliteWalHeader header;
    std::copy_n(bytes.begin() + clear_slot_size, header.size(), header.begin());
    return WalLog(generation, header, seed, base);
}

void upgrade_format_1(Folder& folder, const std::string& name, const ClearHeader& header,
                      const DatabaseKeys& keys) {
    Reader old(folder, name, header, keys);
    const Replacement replacement(folder, name);
    const PageForm form{header.suite, keys.newest()};
    PageState state{{header.identity.id, format_version},
                    keys,
                    {form, form, 0},
                    PageLedger(key_of(keys, form, name)),
                    CounterGuard()};
    PageFile pages(folder.create(replacement.file_name()), name, state);
    ByteArray<page_size> page;
    for (std::uint32_t number = 1; number <= old.size(); ++number) {
        if (number == lock_page) continue;
        old.read(number, page);
        pages.write(std::uint64_t{number - 1} * page_size, page);
    }
    crypto::wipe(page);
    pages.sync();
    replacement.file_is_there();
    static_cast<void>(create_wal(folder, replacement.log_name(), state));
    replacement.take_over();
}

}  // namespace myqsec::storage
