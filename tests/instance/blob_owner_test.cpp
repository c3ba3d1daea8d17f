// Two domains with blob stores of their own: neither touches what is the other's, and a backup has both.
#include <filesystem>
#include <fstream>
#include <set>

#include <doctest/doctest.h>

#include "base/manual_clock.hpp"
#include "base/temporary_folder.hpp"
#include "instance/domain.hpp"
#include "storage/backup.hpp"
#include "storage/orphan_collection.hpp"

using namespace myqsec;
using namespace myqsec::test;

namespace {

namespace files = std::filesystem;

/// Knows its documents by name, as a domain does by its rows.
class Keeper : public instance::Domain {
 public:
    Keeper(storage::Vault& vault, std::string_view folder) : blobs_(vault.blobs(folder)) {}

    storage::BlobName keep(std::string_view text) {
        const auto name = orphan(text);
        known_.insert(name);
        return name;
    }
    /// What a crash between the file and its row leaves.
    storage::BlobName orphan(std::string_view text) {
        const auto name = blobs_.new_name();
        const auto writer = blobs_.writer();
        writer->write(as_bytes(text));
        writer->finish();
        static_cast<void>(writer->publish(name));
        return name;
    }
    void know(const Keeper& as) { known_ = as.known_; }
    instance::Findings recover() override {
        storage::OrphanCollection pass(blobs_);
        const auto is_known = [&](const storage::BlobName& name) { return known_.contains(name); };
        while (pass.step(2, is_known, [] {})) {
        }
        const auto& orphans = pass.found();
        if (orphans.removed + orphans.foreign == 0) return {};
        return {{std::string(blobs_.name()), fmt::format("{} {}", orphans.removed, orphans.foreign)}};
    }
    std::string read(const storage::BlobName& name) {
        return std::string(as_text(read_all(*blobs_.open(name), 1000)));
    }

 private:
    storage::BlobStore& blobs_;
    std::set<storage::BlobName> known_;
};

constexpr std::string_view folders[] = {"jobs", "scans"};

struct Place {
    TemporaryFolder temporary;
    ManualClock clock;
    std::unique_ptr<crypto::RootProvider> root =
        crypto::key_file_provider(crypto::Secret(as_bytes("a key file of the tests, 32 bytes or more")));

    [[nodiscard]] std::string at(const std::string& name) const { return temporary.path() + "/" + name; }
    [[nodiscard]] storage::Vault open(const std::string& name) const {
        return {open_folder(at(name), false), *root, clock, {.blob_folders = folders}};
    }
};

}  // namespace

TEST_CASE("each store is backed up and restored, and only its owner collects what a crash left in it") {
    Place place;
    storage::Vault::create(*open_folder(place.at("instance"), true), *place.root, folders);
    auto vault = place.open("instance");
    vault.migrate({}, {});
    Keeper jobs(vault, "jobs");
    Keeper scans(vault, "scans");
    const auto job = jobs.keep("a job");
    const auto scan = scans.keep("a scan");
    jobs.orphan("half a job");
    scans.orphan("half a scan");
    // A file of the other domain's, put into the wrong folder, is nobody's to delete.
    const auto strayed = place.at("instance/jobs/") + to_hex(scan);
    files::copy_file(place.at("instance/scans/") + to_hex(scan), strayed);

    const auto key = storage::backup_key_until(vault.keystore(), place.clock.now(),
                                               place.clock.now() + std::chrono::hours(24));
    storage::write_backup(vault, *open_folder(place.at("backup"), true), key, {});
    storage::restore_backup(*open_folder(place.at("backup"), false), *open_folder(place.at("restored"), true),
                            key, *place.root, place.clock.now(), folders, {});

    for (int opening = 0; opening < 2; ++opening) {
        auto found = scans.recover();
        if (opening == 0) {
            REQUIRE(found.size() == 1);
            CHECK(found[0].sentence == "1 0");
        } else {
            CHECK(found.empty());
        }
        found = jobs.recover();
        REQUIRE(found.size() == 1);
        CHECK(found[0].sentence == (opening == 0 ? "1 1" : "0 1"));
    }
    CHECK(jobs.read(job) == "a job");
    CHECK(scans.read(scan) == "a scan");
    CHECK(files::exists(strayed));

    auto restored = place.open("restored");
    Keeper restored_jobs(restored, "jobs");
    Keeper restored_scans(restored, "scans");
    restored_jobs.know(jobs);
    restored_scans.know(scans);
    CHECK(restored_scans.recover().at(0).sentence == "1 0");
    CHECK(restored_jobs.recover().at(0).sentence == "1 1");
    CHECK(restored_jobs.read(job) == "a job");
    CHECK(restored_scans.read(scan) == "a scan");
}
