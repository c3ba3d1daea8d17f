// Backups: what they hold, what opens them, and what a failure at any call leaves behind.
#include "storage/backup.hpp"

#include <filesystem>

#include <doctest/doctest.h>

#include "base/error.hpp"
#include "base/fault_folder.hpp"
#include "base/quota_folder.hpp"
#include "base/status_of.hpp"
#include "crypto/random.hpp"
#include "storage/backup_fixture.hpp"
#include "storage/database_fixture.hpp"
#include "storage/instance_folder.hpp"

using namespace myqsec;
using namespace myqsec::storage;
using test::add_document;
using test::BackupFixture;
using test::document;
using test::month;
using test::sentence_of;
using test::status_of;
using test::VaultFixture;

TEST_CASE("a backup shows one moment, whatever happens while the documents are copied") {
    BackupFixture fixture;
    auto& vault = *fixture.vault;
    bool changed = false;
    const auto key = fixture.back_up("backup", [&](std::uint64_t, std::uint64_t files) {
        CHECK(files == 4);
        if (std::exchange(changed, true)) return;
        vault.main().run("UPDATE t SET text = 'later'");
        vault.blobs("jobs").remove(fixture.first);
        vault.blobs("jobs").remove(fixture.second);
        vault.blobs("scans").remove(fixture.scan);
        add_document(vault, "a later document");
        CHECK(vault.blobs("jobs").exists(fixture.first));  // until the backup has it
        CHECK(vault.blobs("scans").exists(fixture.scan));
    });
    CHECK_FALSE(vault.blobs("jobs").exists(fixture.first));
    CHECK_FALSE(vault.blobs("jobs").exists(fixture.second));
    CHECK(vault.blobs("jobs").names().size() == 1);
    CHECK(vault.blobs("scans").names().empty());
    vault.main().checkpoint();
    CHECK(vault.folder().exists("main.db-marks"));
    fixture.back_up("later");
    CHECK_FALSE(fixture.folder("later")->exists("main.db-marks"));
    const auto info = fixture.restore("backup", "restored", key);
    CHECK(info.created == fixture.clock.now());
    CHECK(info.expires == fixture.clock.now() + month);
    fixture.check_restored("restored");
    CHECK(status_of([&] { Vault(fixture.folder("restored"), *fixture.root, fixture.clock); }) ==
          Status::ERR_WRONG_KEY);
}

TEST_CASE("what is deleted while a backup is made, is in no backup begun later") {
    BackupFixture fixture;
    BackupKey later;
    bool began = false;
    fixture.back_up("first", [&](std::uint64_t, std::uint64_t) {
        if (std::exchange(began, true)) return;
        fixture.vault->blobs("jobs").remove(fixture.first);
        later = fixture.back_up("later");
    });
    fixture.restore("later", "restored", later);
    CHECK_FALSE(fixture.restored("restored")->blobs("jobs").exists(fixture.first));
    CHECK(fixture.restored("restored")->blobs("jobs").exists(fixture.second));
}

TEST_CASE("an erasure that waits is completed before a backup is made") {
    BackupFixture fixture;
    {
        Transaction transaction(fixture.vault->main());
        fixture.vault->leaf_keys().destroy(transaction, fixture.leaf);
        transaction.commit();
    }
    CHECK(fixture.vault->leaf_keys().has_waiting());
    const auto key = fixture.back_up("backup");
    CHECK_FALSE(fixture.vault->leaf_keys().has_waiting());
    fixture.restore("backup", "restored", key);
    CHECK_FALSE(fixture.restored("restored")->leaf_keys().exists(fixture.leaf));
}

TEST_CASE("backup keys leave room for other keys in the keystore") {
    VaultFixture fixture;
    auto& keystore = fixture.vault->keystore();
    const auto now = fixture.clock.now();
    const auto make = [&](int number) {
        static_cast<void>(backup_key_until(keystore, now, now + month * (1 << number)));
    };
    for (int i = 0; i < 24; ++i)
        make(i / 2 * 2 - i % 2 + 1);
    CHECK(status_of([&] { make(24); }) == Status::ERR_LIMIT);
    make(23);  // shared
    for (const auto role : database_roles)
        fixture.vault->rotate_database_key(role);
}

TEST_CASE("a backup that outlasts its own key is none") {
    BackupFixture fixture;
    CHECK(status_of([&] {
              fixture.back_up("backup", [&](std::uint64_t, std::uint64_t) { fixture.clock.advance(month); });
          }) == Status::ERR_NOT_POSSIBLE);
    CHECK_FALSE(fixture.folder("backup")->exists("backup"));
}

TEST_CASE("a backup of a database in the middle of a conversion is restored, and the conversion goes on") {
    BackupFixture fixture;
    fixture.vault->rotate_database_key(DatabaseRole::main);
    fixture.vault->tick_conversions(2);
    fixture.vault->tick_conversions(2);
    CHECK(fixture.vault->conversion(DatabaseRole::main).form.converting);
    const auto key = fixture.back_up("backup");
    while (fixture.vault->tick_conversions(8)) {
    }
    fixture.restore("backup", "restored", key);
    fixture.check_restored("restored");
    const auto restored = fixture.restored("restored");
    while (restored->tick_conversions(8)) {
    }
    CHECK(restored->conversion(DatabaseRole::main).settled());
}

TEST_CASE("backups share keys for an eighth of their time; an expired key leaves the keystore") {
    VaultFixture fixture;
    auto& keystore = fixture.vault->keystore();
    const auto begin = fixture.clock.now();
    const auto until = [&](Instant now) { return backup_key_until(keystore, now, now + month); };
    const auto expired = [&](Instant now) {
        auto rows = backup_keys(keystore);
        std::erase_if(rows, [&](const BackupKeyRow& row) { return row.expires > now; });
        return rows;
    };
    const auto first = until(begin);
    CHECK(first.expires == begin + month);
    CHECK(until(begin + month / 9).version == first.version);
    const auto next = until(begin + month / 6);
    CHECK(next.version != first.version);
    // One a day: the keystore keeps few.
    for (int day = 0; day < 60; ++day) {
        const auto now = begin + std::chrono::hours(24 * day);
        drop_backup_keys(keystore, expired(now));
        const auto key = until(now);
        CHECK(key.expires > now + month * 7 / 8 - std::chrono::hours(1));
        CHECK(key.expires <= now + month);
        CHECK(backup_keys(keystore).size() <= 12);
    }
    CHECK(status_of([&] { static_cast<void>(backup_key(keystore, first.version)); }) ==
          Status::ERR_NOT_FOUND);
    const auto left = expired(begin + std::chrono::hours(24 * 200));
    CHECK(left.size() == backup_keys(keystore).size());
    drop_backup_keys(keystore, left);
    CHECK(backup_keys(keystore).empty());
    CHECK(until(begin + std::chrono::hours(24 * 200)).version > left.back().version);
}

TEST_CASE("a backup key as text is read again, and nothing else is taken for one") {
    VaultFixture fixture;
    const auto key =
        backup_key_until(fixture.vault->keystore(), fixture.clock.now(), fixture.clock.now() + month);
    const auto secret = key.text();
    const std::string text(as_text(secret.view()));
    const auto again = BackupKey::parse(text + "\n");
    CHECK(again.version == key.version);
    CHECK(again.expires == key.expires);
    CHECK(again.instance_id == key.instance_id);
    CHECK(crypto::equal_constant_time(again.key.view(), key.key.view()));
    for (std::size_t cut = 0; cut < text.size(); ++cut)
        CHECK(status_of([&] { static_cast<void>(BackupKey::parse(text.substr(0, cut))); }) ==
              Status::ERR_INVALID_ARGUMENT);
    for (const auto* bad :
         {"", "myqsec-backup-key-2.", "myqsec-backup-key-1....", "myqsec-backup-key-1.00.1.1.AAAA"})
        CHECK(status_of([&] { static_cast<void>(BackupKey::parse(bad)); }) == Status::ERR_INVALID_ARGUMENT);
}

TEST_CASE("wrong, foreign and expired keys open no backup, and leave nothing behind") {
    BackupFixture fixture;
    const auto key = fixture.back_up("backup");
    auto wrong = BackupKey{key.instance_id, key.version, key.expires, crypto::random_secret(32)};
    CHECK(status_of([&] { fixture.restore("backup", "restored", wrong); }) == Status::ERR_WRONG_KEY);
    wrong.version += 1;
    CHECK(status_of([&] { fixture.restore("backup", "restored", wrong); }) == Status::ERR_WRONG_KEY);
    wrong.instance_id[3] ^= 1;
    CHECK(status_of([&] { fixture.restore("backup", "restored", wrong); }) == Status::ERR_WRONG_KEY);
    fixture.clock.advance(month + std::chrono::seconds(1));
    CHECK(status_of([&] { fixture.restore("backup", "restored", key); }) == Status::ERR_NOT_POSSIBLE);
    CHECK(fixture.folder("restored")->list().empty());
    CHECK(status_of([&] { fixture.restore("restored", "other", key); }) == Status::ERR_NOT_FOUND);
    CHECK(status_of([&] { fixture.back_up("backup"); }) == Status::ERR_EXISTS);
}

TEST_CASE("restoring over an instance whose keystore was renamed removes nothing of it") {
    BackupFixture fixture;
    const auto key = fixture.back_up("backup");
    fixture.restore("backup", "restored", key);
    fixture.check_restored("restored");
    const auto folder = fixture.folder("restored");
    CHECK_FALSE(folder->exists("unfinished"));
    folder->rename("keystore", "keystore.broken");
    const auto before = folder->list();
    const auto documents = folder->folder("jobs")->list();
    CHECK(status_of([&] { fixture.restore("backup", "restored", key); }) == Status::ERR_EXISTS);
    CHECK(folder->list() == before);
    CHECK(folder->folder("jobs")->list() == documents);
    CHECK(documents.size() == 3);  // with their mark
    folder->rename("keystore.broken", "keystore");
    fixture.check_restored("restored");
}

TEST_CASE("a damaged backup restored where an instance lost its keystore leaves the rest of it as it is") {
    BackupFixture fixture;
    const auto key = fixture.back_up("backup");
    fixture.restore("backup", "restored", key);
    fixture.restored("restored").reset();
    const auto folder = fixture.folder("restored");
    folder->remove("keystore");
    const auto before = folder->list();
    fixture.folder("backup")->open("main.db")->truncate(4096);
    CHECK(status_of([&] { fixture.restore("backup", "restored", key); }) == Status::ERR_EXISTS);
    CHECK(folder->list() == before);
    CHECK(folder->folder("jobs")->list().size() == 3);  // with their mark
}

TEST_CASE("a backup whose files were made large is refused before any of that fills the disk") {
    BackupFixture fixture;
    const auto key = fixture.back_up("backup");
    const auto quota = std::make_shared<test::Quota>();
    quota->size = std::uint64_t{16} << 20;
    quota->used = [&] {
        std::uint64_t used = 0;
        for (const auto& each :
             std::filesystem::recursive_directory_iterator(fixture.aside.path() + "/restored"))
            used += each.is_regular_file() ? each.file_size() : 0;
        return used;
    };
    test::QuotaFolder to(fixture.folder("restored"), quota);
    const auto restore = [&] {
        restore_backup(*fixture.folder("backup"), to, key, *fixture.new_root, fixture.clock.now(),
                       test::blob_folders, {});
    };
    const auto refused = [&](const std::string& file) {
        const auto path = fixture.aside.path() + "/backup/" + file;
        const auto size = std::filesystem::file_size(path);
        std::filesystem::resize_file(path, std::uint64_t{128} << 30);  // sparse
        const auto status = status_of(restore);
        std::filesystem::resize_file(path, size);
        return status;
    };
    CHECK(refused("main.db") == Status::ERR_CORRUPT);
    CHECK(quota->used() < 1000);
    CHECK(refused("log.db") == Status::ERR_CORRUPT);
    CHECK(refused("jobs/" + to_hex(fixture.first)) == Status::ERR_NO_SPACE);
    CHECK(quota->used() < 1000);
    quota->taken = quota->size - (std::uint64_t{100} << 10);  // too little for what is there rightly
    CHECK(status_of(restore) == Status::ERR_NO_SPACE);
    quota->taken = 0;
    restore();
    fixture.check_restored("restored");
}

TEST_CASE("an expired backup says how long ago that was") {
    BackupFixture fixture;
    const auto key = fixture.back_up("backup");
    const auto sentence = [&] { return sentence_of([&] { fixture.restore("backup", "restored", key); }); };
    fixture.clock.advance(month);
    CHECK(sentence().find("expired less than a day ago") != std::string::npos);
    fixture.clock.advance(std::chrono::hours(24));
    CHECK(sentence().find("expired a day ago") != std::string::npos);
    fixture.clock.advance(std::chrono::hours(24));
    CHECK(sentence().find("expired 2 days ago") != std::string::npos);
}

TEST_CASE("a file too large for a backup's own is named as none") {
    const BackupFixture fixture;
    const auto folder = fixture.folder("large");
    folder->create("backup")->truncate(std::uint64_t{1} << 20);
    const auto read = [&] { static_cast<void>(read_backup_info(*folder)); };
    CHECK(status_of(read) == Status::ERR_CORRUPT);
    CHECK(sentence_of(read).find("large/backup' is not the file of a backup") != std::string::npos);
}

TEST_CASE(
    "every flipped byte of a backup's own file, and damage to its databases, is found before anything "
    "opens") {
    BackupFixture fixture;
    const auto key = fixture.back_up("backup");
    fixture.vault->main().run("UPDATE t SET text = 'later'");
    fixture.back_up("later");
    const auto path = fixture.aside.path() + "/backup/";
    const auto refused = [&](const std::string& file, std::size_t at) {
        auto bytes = test::read_raw(path + file);
        bytes[at] ^= 0x20;
        test::write_raw(path + file, bytes);
        const auto status = status_of([&] { fixture.restore("backup", "restored", key); });
        bytes[at] ^= 0x20;
        test::write_raw(path + file, bytes);
        return status;
    };
    const auto size = test::read_raw(path + "backup").size();
    for (std::size_t at = 0; at < size; ++at)
        CHECK(refused("backup", at) != Status::OK);
    for (const auto* file : {"main.db", "log.db"})
        CHECK(refused(file, test::read_raw(path + file).size() / 2) == Status::ERR_CORRUPT);
    std::filesystem::rename(path + "main.db", path + "kept");
    CHECK(status_of([&] { fixture.restore("backup", "restored", key); }) == Status::ERR_CORRUPT);
    std::filesystem::copy(fixture.aside.path() + "/later/main.db", path + "main.db");
    const auto mixed = status_of([&] { fixture.restore("backup", "restored", key); });
    // Where all of the change is still in the log, both files are the same.
    CHECK(
        (mixed == Status::ERR_CORRUPT || test::read_raw(path + "main.db") == test::read_raw(path + "kept")));
    std::filesystem::rename(path + "kept", path + "main.db");
    std::filesystem::remove_all(fixture.aside.path() + "/restored");
    fixture.restore("backup", "restored", key);
    fixture.check_restored("restored");
}

TEST_CASE("a restoring that stops at any call opens in no way, and succeeds when it is repeated") {
    BackupFixture fixture;
    const auto key = fixture.back_up("backup");
    std::uint64_t points = 0;
    for (bool done = false; !done; ++points) {
        CAPTURE(points);
        const auto name = "restored-" + std::to_string(points);
        const auto plan = std::make_shared<test::FaultPlan>();
        plan->fail_at = points + 1;
        plan->for_good = true;
        test::FaultFolder to(fixture.folder(name), plan);
        const auto status = status_of([&] {
            restore_backup(*fixture.folder("backup"), to, key, *fixture.new_root, fixture.clock.now(),
                           test::blob_folders, {});
        });
        done = !plan->struck();
        CHECK((status == Status::OK) == done);
        if (!done && !fixture.folder(name)->exists(Keystore::file_name)) {
            CHECK(status_of([&] { Vault(fixture.folder(name), *fixture.new_root, fixture.clock); }) ==
                  Status::ERR_NOT_FOUND);
            fixture.restore("backup", name, key);
        }
        fixture.check_restored(name);  // also if only the last sync failed
        std::filesystem::remove_all(fixture.aside.path() + "/" + name);
    }
    CHECK(points > 20);
    MESSAGE("calls at which restoring was stopped: " << points - 1);
}

TEST_CASE("a backup that stops at any call is none, and the instance is none the worse") {
    BackupFixture fixture;
    const auto key =
        backup_key_until(fixture.vault->keystore(), fixture.clock.now(), fixture.clock.now() + month);
    std::uint64_t points = 0;
    for (bool done = false; !done; ++points) {
        CAPTURE(points);
        const auto name = "backup-" + std::to_string(points);
        const auto plan = std::make_shared<test::FaultPlan>();
        plan->fail_at = points + 1;
        plan->for_good = true;
        test::FaultFolder to(fixture.folder(name), plan);
        const auto status = status_of([&] { write_backup(*fixture.vault, to, key, {}); });
        done = !plan->struck();
        CHECK((status == Status::OK) == done);
        if (fixture.folder(name)->exists("backup")) {
            fixture.restore(name, name + "-restored", key);  // then it is whole
            fixture.check_restored(name + "-restored");
        }
        CHECK(document(*fixture.vault, fixture.first) == "the first document");
        std::filesystem::remove_all(fixture.aside.path() + "/" + name);
    }
    CHECK(points > 15);
}

TEST_CASE("what was erased before a backup is not in it; what is erased later dies with its key") {
    BackupFixture fixture;
    auto& keys = fixture.vault->leaf_keys();
    LeafId erased_before{};
    {
        Transaction transaction(fixture.vault->main());
        erased_before = keys.create(transaction, LeafKind::person);
        transaction.commit();
    }
    {
        Transaction transaction(fixture.vault->main());
        keys.destroy(transaction, erased_before);
        transaction.commit();
    }
    CHECK(keys.status().waiting == 1);
    const auto key = fixture.back_up("backup");
    CHECK(keys.status().waiting == 0);
    {
        Transaction transaction(fixture.vault->main());
        keys.destroy(transaction, fixture.leaf);
        keys.commit_erased(transaction);
    }
    fixture.restore("backup", "restored", key);
    const auto restored = fixture.restored("restored");
    CHECK_FALSE(restored->leaf_keys().exists(erased_before));
    CHECK(restored->leaf_keys().exists(fixture.leaf));  // the backup lives
    CHECK(backup_keys(restored->keystore()).empty());   // and opens no other
}
