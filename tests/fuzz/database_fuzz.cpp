// The database file, opened through the real VFS. Taken as it is, a mutated page ends at its AEAD tag: then
// nothing but the truth or an error may come out. A second way takes the input for the plain pages of a
// SQLite database and seals them: what an attacker with the key could store reaches SQLite and everything
// above.
#include "fuzz/stored_database.hpp"
#include "storage/pages/page_sealer.hpp"
#include "storage/wal/wal_file.hpp"

namespace myqsec::fuzz {

namespace {

constexpr std::size_t most_pages = 16;

void open_raw(ByteView file) {
    const auto folder = folder_with(file, {});
    attempt(
        [&] {
            storage::Database database(*folder, database_file, database_key());
            const auto rows = require_truth(database);
            require(rows == stored_transactions, "no row is missing");
            use(database);
        },
        damage);
}

/// A state for files of one form, as when a database is made.
struct Sealing {
    storage::DatabaseKeys keys{database_key()};
    storage::PageForm form{crypto::PageSuite::xaes_256_gcm, keys.newest()};
    storage::PageState state;

    explicit Sealing(const storage::DatabaseIdentity& identity)
        : state{identity,
                keys,
                {form, form, 0},
                storage::PageLedger(database_key()),
                storage::CounterGuard()} {}
};

void open_sealed(ByteView image) {
    const auto folder = folder_with({}, {});
    {
        Sealing sealing({{1, 2, 3, 4, 5, 6, 7, 8}});
        storage::PageFile pages(folder->open(database_file), "main.db", sealing.state);
        for (std::size_t at = 0; at < std::min(image.size(), most_pages * storage::page_size);
             at += storage::page_size) {
            Bytes page(storage::page_size);
            const ByteView part = image.subspan(at, std::min(storage::page_size, image.size() - at));
            std::copy(part.begin(), part.end(), page.begin());
            pages.write(at, page);
        }
        pages.sync();
        static_cast<void>(storage::create_wal(*folder, std::string(log_file), sealing.state));
    }
    try {
        storage::Database database(*folder, database_file, database_key());
        use(database);
    } catch (const Error&) {
    }
}

/// The plain pages behind the sealed ones.
Bytes plain_image(ByteView file) {
    const auto folder = folder_with(file, {});
    const auto header = storage::read_clear_header(*folder->open(database_file), "main.db");
    storage::PageSealer sealer(header.identity, {header.suite, 1}, database_key());
    Bytes image(file.begin(), file.end());
    std::uint32_t number = 1;
    for (std::size_t at = 0; at < image.size(); at += storage::page_size)
        require(sealer.open(number++, ByteSpan(image).subspan(at).first<storage::page_size>()), "it opens");
    return image;
}

}  // namespace

void run(ByteView input) {
    if (input.empty()) return;
    input[0] % 2 == 0 ? open_raw(input.subspan(1)) : open_sealed(input.subspan(1));
}

std::vector<Bytes> seeds() {
    return {seed_of(0, checkpointed().database), seed_of(1, plain_image(checkpointed().database))};
}

}  // namespace myqsec::fuzz
