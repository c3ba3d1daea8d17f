// The file of a database's marks, read at its opening. Taken as it is, a mutated one must change nothing but
// how long that takes. A second way seals what the input says of pages and their order: then the log alone
// stands between a mark and what it is believed to be.
#include "fuzz/stored_database.hpp"
#include "storage/pages/marks_file.hpp"

namespace myqsec::fuzz {

namespace {

using namespace storage;

void open_with_marks(ByteView marks) {
    const auto folder = folder_with(checkpointed().database, checkpointed().log);
    folder->create(MarksFile::file_name(database_file))->write_at(0, marks);
    Database database(*folder, database_file, database_key());
    require(require_truth(database) == stored_transactions, "no row is missing");
    while (!database.compare_pages(3)) {
    }
    require(!database.take_alarm(), "a sound database raises no alarm");
    database.run("INSERT INTO t VALUES ($1, $2)", std::int64_t{stored_transactions + 1},
                 std::string(700, static_cast<char>('a' + stored_transactions + 1)));
    database.checkpoint();
    require(require_truth(database) == stored_transactions + 1, "what is there can be written on");
}

/// The true marks, but for those that the input changes, and any list of pages.
Bytes sealed(Choices choices) {
    const auto folder = folder_with(checkpointed().database, {});
    const auto file = folder->open(database_file);
    const DatabaseKeys keys(database_key());
    const PageForm form{crypto::PageSuite::xaes_256_gcm, keys.newest()};
    PageState state(read_clear_header(*file, database_file).identity, keys, {form, form, 0},
                    PageLedger(database_key()), CounterGuard());
    const auto pages = static_cast<std::uint32_t>(checkpointed().database.size() / page_size);
    for (std::uint32_t page = 1; page <= pages; ++page)
        state.ledger.set(page, read_mark(*file, page));
    if (choices.byte() % 4 == 0) state.ledger.resize(choices.byte());
    for (std::size_t changes = choices.below(4); changes > 0; --changes)
        state.ledger.set(1 + choices.byte(), choices.integer<crypto::PageMark>());
    std::vector<std::uint32_t> recent;
    while (!choices.empty() && recent.size() < RecentPages::most)
        recent.push_back(choices.byte() % 8 == 0 ? choices.integer<std::uint32_t>() : choices.byte());
    ByteWriter out;
    out.raw(make_marks_header(state, recent));
    for (const auto mark : state.ledger.marks())
        out.integer(mark);
    return out.take();
}

}  // namespace

void run(ByteView input) {
    if (input.empty()) return;
    input[0] % 2 == 0 ? open_with_marks(input.subspan(1))
                      : open_with_marks(sealed(Choices(input.subspan(1))));
}

std::vector<Bytes> seeds() {
    const auto folder = folder_with(stored().database, stored().log);
    {
        Database database(*folder, database_file, database_key());
        database.checkpoint();
    }
    return {seed_of(0, contents(*folder, MarksFile::file_name(database_file))),
            seed_of(1, Bytes{1, 0, 1, 2, 1, 3}), seed_of(1, Bytes{1, 1, 2, 0, 0, 0, 0, 0, 0, 0, 9, 1, 2})};
}

}  // namespace myqsec::fuzz
