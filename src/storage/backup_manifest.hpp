// The file `backup`, which makes a folder a backup: what it is of, its databases' digests, and its keys,
// sealed under the backup key. docs/formats/backup.md is the format's page.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/folder.hpp"
#include "crypto/hash.hpp"
#include "storage/backup.hpp"
#include "storage/keys/key_set.hpp"

namespace myqsec::storage {

inline constexpr std::string_view manifest_file = "backup";

struct CopiedFile {
    std::string name;
    std::uint64_t size = 0;
    crypto::Digest digest{};
};

struct BackupManifest {
    BackupInfo info;
    std::vector<CopiedFile> databases;
    KeySet keys;

    /// The file's bytes.
    [[nodiscard]] Bytes seal(const crypto::Secret& key) const;
};

/// What is in clear, and the rest.
struct SealedManifest {
    BackupInfo info;
    Bytes sealed;
};

/// ERR_NOT_FOUND if the folder has none, ERR_CORRUPT, ERR_NEWER_VERSION.
[[nodiscard]] SealedManifest read_manifest(Folder& folder);
/// ERR_WRONG_KEY if the key is another's, or the file was altered.
[[nodiscard]] BackupManifest open_manifest(const SealedManifest& read, const BackupKey& key);

}  // namespace myqsec::storage
