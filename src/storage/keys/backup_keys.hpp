// The keys of backups: each has an instant at which it expires. Then it leaves the keystore, and with it go
// all backups that it sealed, unless a copy of the key was kept elsewhere.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "storage/keys/keystore.hpp"

namespace myqsec::storage {

struct BackupKey {
    ByteArray<16> instance_id{};
    std::uint32_t version = 0;
    Instant expires{};
    crypto::Secret key;

    /// One line of text, as it is kept apart from the backups: docs/formats/backup.md.
    [[nodiscard]] crypto::Secret text() const;
    /// Throws ERR_INVALID_ARGUMENT.
    [[nodiscard]] static BackupKey parse(std::string_view text);
};

/// The key that expires at `expires`, or up to an eighth of the time until then earlier: backups share keys,
/// so that the keystore holds few. Made durably if there is none. ERR_LIMIT if the keystore is full.
[[nodiscard]] BackupKey backup_key_until(Keystore& keystore, Instant now, Instant expires);

/// ERR_NOT_FOUND.
[[nodiscard]] BackupKey backup_key(const Keystore& keystore, std::uint32_t version);

/// Without the keys themselves; the oldest first.
struct BackupKeyRow {
    std::uint32_t version;
    Instant expires;
};
[[nodiscard]] std::vector<BackupKeyRow> backup_keys(const Keystore& keystore);

/// All of them, by so much. Durably.
void extend_backup_keys(Keystore& keystore, Duration by);
/// Durably.
void drop_backup_keys(Keystore& keystore, std::span<const BackupKeyRow> rows);

}  // namespace myqsec::storage
