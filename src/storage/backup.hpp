// Backups: the files of an instance as they are at one moment, and its keys of that moment sealed under a
// backup key that expires. docs/formats/backup.md is the format's page.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "storage/keys/backup_keys.hpp"
#include "storage/vault.hpp"

namespace myqsec::storage {

struct BackupInfo {
    ByteArray<16> instance_id{};
    std::uint32_t key_version = 0;
    Instant created{};
    Instant expires{};
};

/// Told after each file. What it throws ends the work.
using BackupProgress = std::function<void(std::uint64_t files_done, std::uint64_t files)>;

/// Writes a backup into an empty folder; it is one once its last file, `backup`, is there. The databases are
/// locked while they are copied; then the documents follow while the instance is in use, and none goes
/// meanwhile. Documents that an `earlier` backup of the instance has become names for the same files, where
/// the file system can. ERR_EXISTS if the folder holds anything; ERR_NO_SPACE before the instance's own disk
/// has less than `spare` bytes left. If it fails, what it wrote is removed.
BackupInfo write_backup(Vault& vault, Folder& to, const BackupKey& key, const BackupProgress& progress,
                        Folder* earlier = nullptr, std::uint64_t spare = 0);
/// The newest backup of this instance in the folder that `directory` lies in; nullptr if there is none whose
/// key the keystore still has.
[[nodiscard]] std::unique_ptr<Folder> newest_backup_beside(const std::string& directory,
                                                           const Keystore& keystore);
/// Makes it none again, and removes its files, as far as the folder lets it.
void withdraw_backup(Vault& vault, Folder& backup) noexcept;

/// What the backup says of itself, which is authentic only once its key opens it. ERR_NOT_FOUND,
/// ERR_CORRUPT, ERR_NEWER_VERSION.
[[nodiscard]] BackupInfo read_backup_info(Folder& backup);

/// Makes an instance of it in an empty folder, with a fresh root key. The keystore appears last: what a crash
/// leaves opens in no way, and the restoring can be repeated. It replaces what an unfinished creation left,
/// and removes nothing else. ERR_EXISTS, ERR_IN_USE; ERR_WRONG_KEY if the key does not open the backup;
/// ERR_NOT_POSSIBLE if it has expired; ERR_CORRUPT, ERR_TAMPERED if a file is damaged, missing or of another
/// backup. Of documents only those in `blobs` are copied.
BackupInfo restore_backup(Folder& backup, Folder& to, const BackupKey& key, crypto::RootProvider& root,
                          Instant now, BlobFolders blobs, const BackupProgress& progress);

}  // namespace myqsec::storage
