// Files without a row: which are removed, which are left alone, and that none goes that is about to get its
// row.
#include <atomic>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include <doctest/doctest.h>

#include "base/status_of.hpp"
#include "crypto/random.hpp"
#include "storage/orphan_collection.hpp"
#include "storage/vault_fixture.hpp"

using namespace myqsec;
using namespace myqsec::storage;
using test::status_of;

namespace {

using IsKnown = OrphanCollection::IsKnown;

void settled() {}

Orphans collect(BlobStore& store, const IsKnown& is_known) {
    OrphanCollection pass(store);
    while (pass.step(3, is_known, settled)) {
    }
    return pass.found();
}

bool nobody(const BlobName& /*name*/) {
    return false;
}

/// As an owner keeps it: file, then row, with what `between` does before the row is there.
BlobName keep(Vault& vault, const std::function<void(const BlobName&)>& between = {}) {
    BlobStore& blobs = vault.blobs("jobs");
    const auto name = blobs.new_name();
    const auto writer = blobs.writer();
    writer->write(as_bytes("sealed"));
    writer->finish();
    const auto publication = writer->publish(name);
    if (between) between(name);
    Transaction transaction(vault.main());
    vault.main().run("INSERT INTO kept VALUES ($1)", name);
    transaction.commit();
    return name;
}

struct Keeper : test::VaultFixture {
    Keeper() { vault->main().execute("CREATE TABLE kept (name BLOB PRIMARY KEY)"); }

    [[nodiscard]] IsKnown has_row() {
        return [this](const BlobName& name) {
            return vault->main().query("SELECT 1 FROM kept WHERE name = $1", name).next();
        };
    }
    BlobStore& blobs = vault->blobs("jobs");
};

}  // namespace

TEST_CASE("a blob appears only when published; unpublished and unknown ones leave no trace") {
    test::VaultFixture fixture;
    BlobStore& blobs = fixture.vault->blobs("jobs");
    const std::string folder = fixture.temporary.path() + "/jobs";
    const BlobName name = blobs.new_name();
    {
        const auto writer = blobs.writer();
        writer->write(as_bytes("sealed"));
        writer->finish();
    }
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        CHECK(entry.path().filename() == BlobStore::mark_file);
    {
        const auto writer = blobs.writer();
        writer->write(as_bytes("seal"));
        writer->write(as_bytes("ed"));
        writer->finish();
        const auto publication = writer->publish(name);
        CHECK(publication.name() == name);
        CHECK(writer->size() == 6);
    }
    CHECK(as_text(read_all(*blobs.open(name), 100)) == "sealed");
    std::ofstream(folder + "/README") << "foreign";
    CHECK(collect(blobs, [&](const BlobName& known) { return known == name; }).removed == 0);
    const auto orphans = collect(blobs, nobody);
    CHECK(orphans.named == 1);
    CHECK(orphans.removed == 1);
    CHECK(orphans.foreign == 0);
    CHECK(std::filesystem::exists(folder + "/README"));
    CHECK_FALSE(blobs.exists(name));
    CHECK(status_of([&] { (void)blobs.open(name); }) == Status::ERR_CORRUPT);
    CHECK_NOTHROW(blobs.remove(name));
}

TEST_CASE("a store takes for an orphan only what it has named itself") {
    test::VaultFixture fixture;
    test::VaultFixture elsewhere;
    BlobStore& jobs = fixture.vault->blobs("jobs");
    const auto put = [&](const BlobName& name) {
        std::ofstream(fixture.temporary.path() + "/jobs/" + to_hex(name)) << "whatever";
        return name;
    };
    const auto own = put(jobs.new_name());
    auto altered = own;
    altered.back() ^= 1U;
    const std::array foreign{put(fixture.vault->blobs("scans").new_name()),
                             put(elsewhere.vault->blobs("jobs").new_name()), put(altered),
                             put(crypto::random_array<16>())};
    const auto known = put(crypto::random_array<16>());
    const auto is_known = [&](const BlobName& name) { return name == known; };
    // Of another store's folder it knows nothing.
    CHECK(collect(fixture.vault->blobs("scans"), nobody).named == 0);
    const auto orphans = collect(jobs, is_known);
    CHECK(orphans.removed == 1);
    CHECK(orphans.foreign == foreign.size());
    CHECK_FALSE(jobs.exists(own));
    for (const auto& name : foreign)
        CHECK(jobs.exists(name));
    CHECK(jobs.exists(known));
    put(own);
    fixture.close();
    fixture.open();
    CHECK(collect(fixture.vault->blobs("jobs"), is_known).removed == 1);
    CHECK(status_of([&] { (void)fixture.vault->blobs("prints"); }) == Status::ERR_INTERNAL);
}

TEST_CASE("a step looks at as many files as it is told, and asks before it removes any") {
    Keeper keeper;
    constexpr std::uint64_t files = 10;
    for (std::uint64_t i = 0; i < files; ++i)
        std::ofstream(keeper.temporary.path() + "/jobs/" + to_hex(keeper.blobs.new_name())) << "an orphan";
    OrphanCollection pass(keeper.blobs);
    int asked = 0;
    const auto settle = [&] {
        ++asked;
        CHECK(keeper.blobs.names().size() == files - pass.found().removed);
        if (asked == 2) fail(Status::ERR_OUTCOME_UNKNOWN, "the disk has failed");
    };
    CHECK(pass.step(4, nobody, settle));
    CHECK(pass.found().removed == 4);
    CHECK(status_of([&] { pass.step(4, nobody, settle); }) == Status::ERR_OUTCOME_UNKNOWN);
    CHECK(keeper.blobs.names().size() == files - 4);
    CHECK_FALSE(pass.step(4, nobody, settle));
    CHECK(collect(keeper.blobs, nobody).removed == 4);  // what the failed step left is the next pass's
}

TEST_CASE("a file that waits for its row is no orphan; it is one when the row did not come") {
    Keeper keeper;
    const auto kept = keep(*keeper.vault, [&](const BlobName& /*name*/) {
        const auto found = collect(keeper.blobs, keeper.has_row());
        CHECK(found.named == 1);
        CHECK(found.removed == 0);
    });
    CHECK(keeper.blobs.exists(kept));
    CHECK_THROWS_AS(keep(*keeper.vault, [](const BlobName&) { throw std::runtime_error("no row"); }),
                    std::runtime_error);
    CHECK(collect(keeper.blobs, keeper.has_row()).removed == 1);
    CHECK(keeper.blobs.names() == std::vector{kept});
}

TEST_CASE("orphans go when a copy of all files is made") {
    Keeper keeper;
    const auto orphan = keeper.blobs.new_name();
    std::ofstream(keeper.temporary.path() + "/jobs/" + to_hex(orphan)) << "an orphan";
    {
        BlobStore::Hold hold(keeper.blobs);
        CHECK(collect(keeper.blobs, nobody).removed == 1);
        CHECK(keeper.blobs.exists(orphan));
        CHECK(hold.names().empty());
    }
    CHECK_FALSE(keeper.blobs.exists(orphan));
}

TEST_CASE("passes while threads keep and drop files take none that is kept, and all that are dropped") {
    Keeper keeper;
    std::atomic<bool> over = false;
    std::atomic<std::uint64_t> removed = 0;
    std::thread collecting([&] {
        while (!over)
            removed += collect(keeper.blobs, keeper.has_row()).removed;
    });
    constexpr int rounds = 150;
    constexpr int threads = 3;
    std::vector<std::set<BlobName>> kept(threads);
    std::vector<std::thread> keeping;
    for (int thread = 0; thread < threads; ++thread) {
        keeping.emplace_back([&, thread] {
            for (int round = 0; round < rounds; ++round) {
                if (round % 5 == 4) {
                    try {
                        keep(*keeper.vault, [](const BlobName&) { throw std::runtime_error("no row"); });
                    } catch (const std::runtime_error&) {
                        continue;
                    }
                }
                kept[static_cast<std::size_t>(thread)].insert(keep(*keeper.vault));
            }
        });
    }
    for (auto& thread : keeping)
        thread.join();
    over = true;
    collecting.join();
    removed += collect(keeper.blobs, keeper.has_row()).removed;
    CHECK(removed == threads * (rounds / 5));
    for (const auto& names : kept) {
        for (const auto& name : names)
            CHECK(keeper.blobs.exists(name));
    }
}
