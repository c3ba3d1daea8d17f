// An instance with documents in two stores, and folders beside it for its backups.
#pragma once

#include <filesystem>

#include <doctest/doctest.h>

#include "storage/backup.hpp"
#include "storage/vault_fixture.hpp"

namespace myqsec::test {

using namespace storage;

inline constexpr auto month = std::chrono::hours(24 * 30);

inline storage::BlobName add_document(Vault& vault, std::string_view text, std::string_view store = "jobs") {
    const auto name = vault.blobs(store).new_name();
    const auto writer = vault.blobs(store).writer();
    writer->write(as_bytes(text));
    writer->finish();
    static_cast<void>(writer->publish(name));
    return name;
}

inline std::string document(Vault& vault, const BlobName& name, std::string_view store = "jobs") {
    return std::string(as_text(read_all(*vault.blobs(store).open(name), 1 << 20)));
}

/// An instance with a row, a leaf key, two documents in one store and one in another, and folders beside it.
struct BackupFixture : VaultFixture {
    TemporaryFolder aside;
    LeafId leaf{};
    BlobName first = add_document(*vault, "the first document");
    BlobName second = add_document(*vault, std::string(300'000, 's'));
    BlobName scan = add_document(*vault, "a scanned page", "scans");

    BackupFixture() {
        vault->main().execute("CREATE TABLE t (text TEXT)");
        Transaction transaction(vault->main());
        vault->main().run("INSERT INTO t VALUES ($1)", "as it was");
        leaf = vault->leaf_keys().create(transaction, LeafKind::job);
        transaction.commit();
    }
    [[nodiscard]] std::unique_ptr<Folder> folder(const std::string& name) const {
        return open_folder(aside.path() + "/" + name, !std::filesystem::exists(aside.path() + "/" + name));
    }
    BackupKey back_up(const std::string& name, const BackupProgress& progress = {}) {
        auto key = backup_key_until(vault->keystore(), clock.now(), clock.now() + month);
        write_backup(*vault, *folder(name), key, progress);
        return key;
    }
    BackupInfo restore(const std::string& from, const std::string& to, const BackupKey& key) {
        return restore_backup(*folder(from), *folder(to), key, *new_root, clock.now(), blob_folders, {});
    }
    [[nodiscard]] std::unique_ptr<Vault> restored(const std::string& name) const {
        auto out = opened(folder(name), *new_root, clock);
        migrate(*out);
        out->begin_opening();
        return out;
    }
    void check_restored(const std::string& name) const {
        const auto opened = restored(name);
        auto rows = opened->main().query("SELECT text FROM t");
        REQUIRE(rows.next());
        CHECK(rows.text(0) == "as it was");
        CHECK_FALSE(rows.next());
        CHECK(opened->leaf_keys().exists(leaf));
        CHECK(document(*opened, first) == "the first document");
        CHECK(document(*opened, second) == std::string(300'000, 's'));
        CHECK(opened->blobs("jobs").names().size() == 2);
        CHECK(document(*opened, scan, "scans") == "a scanned page");
        CHECK(opened->blobs("scans").names().size() == 1);
        CHECK(opened->restoration());
    }
    std::unique_ptr<crypto::RootProvider> new_root = key_file_root(9);
};

}  // namespace myqsec::test
