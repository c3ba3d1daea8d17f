// The write-ahead log, recovered through the real VFS. Taken as it is, a mutated log must yield an earlier
// state or an error. A second way builds frames from the input and seals them: recovery sees any sequence of
// authentic frames, also ones that this library would never write.
#include "fuzz/stored_database.hpp"
#include "storage/vfs/page_verification.hpp"
#include "storage/wal/wal_recovery.hpp"

namespace myqsec::fuzz {

namespace {

using namespace storage;

DatabaseIdentity identity() {
    const auto folder = folder_with(stored().database, {});
    return read_clear_header(*folder->open(database_file), "main.db").identity;
}

/// The database first, then its log: made together, they fit in every process.
void open_raw(ByteView files) {
    const auto size = std::min(files.size(), stored().database.size());
    const auto folder = folder_with(files.first(size), files.subspan(size));
    attempt(
        [&] {
            Database database(*folder, database_file, database_key());
            const auto before = require_truth(database);
            require(before <= stored_transactions, "no row is there that was not stored");
            database.run("INSERT INTO t VALUES ($1, $2)", before + 1,
                         std::string(700, static_cast<char>('a' + before + 1)));
            database.checkpoint();
            require(require_truth(database) == before + 1, "what is there can be written on");
        },
        damage);
}

/// Frames with headers as the input says, or as they should be.
class ForgedLog {
 public:
    explicit ForgedLog(Choices choices)
        : choices_(choices),
          keys_(database_key()),
          form_{crypto::PageSuite::xaes_256_gcm, keys_.newest()},
          state_{identity(), keys_, {form_, form_}, PageLedger(key_of(keys_, form_, database_file)), {}},
          cipher_(identity(), form_, *keys_.find(form_.key_version)) {}

    Bytes build() {
        Bytes out(stored().log.begin(), stored().log.begin() + wal_frames_offset);
        const auto folder = folder_with(stored().database, out);
        log_ = recover_wal(*folder->open(log_file), identity(), keys_, log_file).log;
        verify_pages(*folder->open(database_file), database_file, state_, log_, nullptr);
        for (std::size_t frames = choices_.below(24); frames > 0; --frames)
            append(out);
        return out;
    }

 private:
    void append(Bytes& out) {
        const std::uint64_t number = log_.size() + 1;
        const std::uint32_t page = 1 + choices_.byte() % 8;
        const std::uint32_t commit = choices_.byte() % 3 == 0 ? 0 : choices_.byte() % 16;
        WalFrameHeader header = commit == 0
                                    ? log_.next_header(page, commit)
                                    : log_.next_commit(page, commit, 0, state_.ledger, state_.identity);
        header.durable = choices_.byte() % 4 == 0 ? choices_.byte() : log_.commits();
        switch (choices_.byte() % 8) {
            case 1:
                header.transaction += choices_.byte();
                break;
            case 2:
                header.generation += choices_.byte();
                break;
            case 3:
                header.chain[choices_.byte() % 16] ^= 1;
                break;
            case 4:
                header.page = choices_.integer<std::uint32_t>();
                break;
            default:
                break;
        }
        ByteArray<wal_frame_size> frame{};
        fill(std::span(frame).last<page_size>());
        WalFrame known{
            header.page, header.commit, header.durable, {}, cipher_.seal_frame(number, header, frame)};
        log_.append(known, header);
        out.insert(out.end(), frame.begin(), frame.end());
    }

    /// A b-tree page of the input's bytes, mostly: kind, cell count, content start, pointers.
    void fill(std::span<std::uint8_t, page_size> page) {
        const ByteView given = choices_.bytes(choices_.byte());
        std::copy(given.begin(), given.end(), page.begin() + (choices_.byte() % 2 == 0 ? 0 : 100));
    }

    Choices choices_;
    DatabaseKeys keys_;
    PageForm form_;
    PageState state_;
    WalCipher cipher_;
    WalLog log_;
};

void open_forged(Choices choices) {
    const auto folder = folder_with(stored().database, ForgedLog(choices).build());
    try {
        Database database(*folder, database_file, database_key());
        use(database);
    } catch (const Error&) {
    }
}

}  // namespace

void run(ByteView input) {
    if (input.empty()) return;
    input[0] % 2 == 0 ? open_raw(input.subspan(1)) : open_forged(Choices(input.subspan(1)));
}

std::vector<Bytes> seeds() {
    ByteWriter forged;
    forged.integer(std::uint8_t{4});
    for (std::uint8_t page = 1; page <= 4; ++page)
        forged.raw(Bytes{page, 1, page, 0, 8, 0x0d, 0, 0, 0, 0, 0x0f, 0xd8, 0, 0});
    const Bytes both = ByteWriter().raw(stored().database).raw(stored().log).take();
    const ByteView torn = ByteView(both).first(both.size() - wal_frame_size / 2);
    return {seed_of(0, both), seed_of(0, torn), seed_of(1, forged.bytes())};
}

}  // namespace myqsec::fuzz
