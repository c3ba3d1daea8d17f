// A backup beside an earlier one: documents that both have are one file with two names.
#include <fstream>

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "base/fault_folder.hpp"
#include "base/status_of.hpp"
#include "storage/backup_fixture.hpp"

using namespace myqsec;
using namespace myqsec::storage;
using test::add_document;
using test::BackupFixture;
using test::document;
using test::month;
using test::status_of;

namespace {

struct AgainFixture : BackupFixture {
    [[nodiscard]] std::string path(const std::string& backup, const BlobName& name) const {
        return aside.path() + "/" + backup + "/jobs/" + to_hex(name);
    }
    [[nodiscard]] static ino_t file_of(const std::string& path) {
        struct stat info {};
        REQUIRE(::stat(path.c_str(), &info) == 0);
        return info.st_ino;
    }
    [[nodiscard]] ino_t file_of(const std::string& backup, const BlobName& name) const {
        return file_of(path(backup, name));
    }
    [[nodiscard]] std::unique_ptr<Folder> beside(const std::string& backup) const {
        static_cast<void>(folder(backup));
        return newest_backup_beside(aside.path() + "/" + backup, vault->keystore());
    }
    /// As the library does for a host.
    BackupKey back_up_again(const std::string& backup) {
        const auto to = folder(backup);
        auto key = backup_key_until(vault->keystore(), clock.now(), clock.now() + month);
        const auto earlier = beside(backup);
        write_backup(*vault, *to, key, {}, earlier.get());
        return key;
    }
};

}  // namespace

TEST_CASE("a backup beside an earlier one shares its documents, and no file of the instance") {
    AgainFixture fixture;
    fixture.back_up_again("monday");
    fixture.vault->blobs("jobs").remove(fixture.first);
    fixture.clock.advance(std::chrono::hours(24));
    const auto added = add_document(*fixture.vault, "tuesday's own");
    const auto key = fixture.back_up_again("tuesday");
    CHECK(fixture.file_of("tuesday", fixture.second) == fixture.file_of("monday", fixture.second));
    CHECK_FALSE(std::filesystem::exists(fixture.path("tuesday", fixture.first)));
    CHECK_FALSE(std::filesystem::exists(fixture.path("monday", added)));
    for (const auto& name : {fixture.second, added}) {
        const auto own = fixture.temporary.path() + "/jobs/" + to_hex(name);
        CHECK(fixture.file_of("tuesday", name) != AgainFixture::file_of(own));
    }
    fixture.clock.advance(std::chrono::hours(24));
    fixture.back_up_again("wednesday");  // of two the newest serves
    CHECK(fixture.file_of("wednesday", added) == fixture.file_of("tuesday", added));

    std::filesystem::remove_all(fixture.aside.path() + "/monday");
    fixture.restore("tuesday", "restored", key);
    const auto restored = fixture.restored("restored");
    CHECK(document(*restored, fixture.second) == std::string(300'000, 's'));
    CHECK(document(*restored, added) == "tuesday's own");
    CHECK(document(*restored, fixture.scan, "scans") == "a scanned page");
}

TEST_CASE("what a backup of unchanged documents writes does not grow with them") {
    AgainFixture fixture;
    const auto writes = [&](const std::string& backup) {
        fixture.clock.advance(std::chrono::hours(1));
        const auto plan = std::make_shared<test::FaultPlan>();
        plan->fault = test::Fault::short_write;  // of all calls it counts the writes
        const auto key =
            backup_key_until(fixture.vault->keystore(), fixture.clock.now(), fixture.clock.now() + month);
        test::FaultFolder to(fixture.folder(backup), plan);
        const auto earlier = fixture.beside(backup);
        fixture.vault->main().checkpoint();
        write_backup(*fixture.vault, to, key, {}, earlier.get());
        return plan->calls;
    };
    const auto first = writes("first");
    const auto again = writes("again");
    CHECK(again <= first - 4);  // of one small document, one of two pieces, and the other store's
    for (int i = 0; i < 40; ++i)
        add_document(*fixture.vault, "one more");
    CHECK(writes("with more") == again + 40);
    CHECK(writes("with as many") == again);
}

TEST_CASE("only a finished backup of this instance whose key still lives shares its documents") {
    AgainFixture fixture;
    const auto key = fixture.back_up("backup");
    CHECK(fixture.beside("later") != nullptr);
    CHECK(newest_backup_beside(fixture.temporary.path(), fixture.vault->keystore()) == nullptr);
    BackupFixture other;
    CHECK(newest_backup_beside(fixture.aside.path() + "/backup", other.vault->keystore()) == nullptr);

    const auto manifest = fixture.aside.path() + "/backup/backup";
    {
        std::fstream file(manifest, std::ios::binary | std::ios::in | std::ios::out);
        file.seekp(40);  // among when it expires
        file.put('?');
    }
    CHECK(fixture.beside("later") == nullptr);
    std::filesystem::remove(manifest);
    CHECK(fixture.beside("later") == nullptr);

    fixture.back_up("another");
    CHECK(fixture.beside("later") != nullptr);
    const auto keys = backup_keys(fixture.vault->keystore());
    drop_backup_keys(fixture.vault->keystore(), keys);
    CHECK(fixture.beside("later") == nullptr);
}

TEST_CASE(
    "a document that an earlier backup lost, cut or replaced is copied, and so is each if names can't be "
    "shared") {
    AgainFixture fixture;
    fixture.back_up_again("earlier");
    const auto cut = fixture.path("earlier", fixture.second);
    std::filesystem::resize_file(cut, 299'999);
    const auto replaced = fixture.path("earlier", fixture.first);
    std::filesystem::remove(replaced);
    std::filesystem::create_directory(replaced);
    std::filesystem::remove_all(fixture.aside.path() + "/earlier/scans");
    const auto key = fixture.back_up_again("later");
    CHECK(fixture.file_of("later", fixture.second) != fixture.file_of("earlier", fixture.second));
    fixture.restore("later", "restored", key);
    fixture.check_restored("restored");

    const auto earlier = fixture.folder("later");
    const auto plan = std::make_shared<test::FaultPlan>();
    plan->single_names = true;
    test::FaultFolder to(fixture.folder("elsewhere"), plan);
    write_backup(*fixture.vault, to, key, {}, earlier.get());
    CHECK(fixture.file_of("elsewhere", fixture.first) != fixture.file_of("later", fixture.first));
    fixture.restore("elsewhere", "restored from there", key);
    fixture.check_restored("restored from there");
}

TEST_CASE("a backup that stops at any call harms no earlier one that it shares documents with") {
    AgainFixture fixture;
    const auto key = fixture.back_up_again("earlier");
    std::uint64_t points = 0;
    for (bool done = false; !done; ++points) {
        CAPTURE(points);
        const auto name = "backup-" + std::to_string(points);
        const auto plan = std::make_shared<test::FaultPlan>();
        plan->fail_at = points + 1;
        plan->for_good = true;
        test::FaultFolder to(fixture.folder(name), plan);
        const auto earlier = fixture.folder("earlier");
        const auto status = status_of([&] { write_backup(*fixture.vault, to, key, {}, earlier.get()); });
        done = !plan->struck();
        CHECK((status == Status::OK) == done);
        if (fixture.folder(name)->exists("backup")) {
            fixture.restore(name, name + "-restored", key);
            fixture.check_restored(name + "-restored");
        }
        std::filesystem::remove_all(fixture.aside.path() + "/" + name);
    }
    CHECK(points > 15);
    fixture.restore("earlier", "restored", key);
    fixture.check_restored("restored");
}

TEST_CASE("an earlier backup that fails at any call costs no more than that its documents are copied") {
    AgainFixture fixture;
    const auto key = fixture.back_up_again("earlier");
    for (std::uint64_t point = 1;; ++point) {
        CAPTURE(point);
        const auto name = "backup-" + std::to_string(point);
        const auto plan = std::make_shared<test::FaultPlan>();
        plan->fail_at = point;
        test::FaultFolder earlier(fixture.folder("earlier"), plan);
        test::FaultFolder to(fixture.folder(name), std::make_shared<test::FaultPlan>());
        const auto status = status_of([&] { write_backup(*fixture.vault, to, key, {}, &earlier); });
        CHECK(status == Status::OK);
        if (!plan->struck()) break;
        fixture.restore(name, name + "-restored", key);
        fixture.check_restored(name + "-restored");
    }
}
