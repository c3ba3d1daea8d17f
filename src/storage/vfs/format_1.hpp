// Format version 1, which knew no replay detection: read once, and rewritten.
#pragma once

#include "storage/pages/page_file.hpp"
#include "storage/wal/wal_recovery.hpp"

namespace myqsec::storage {

/// A slot of a log of version 1, unless it is damaged.
[[nodiscard]] std::optional<WalLog> read_slot_1(File& file, const DatabaseIdentity& identity,
                                                const DatabaseKeys& keys, std::size_t slot);

/// Rewrites a database of version 1 as it was left, closed or by a crash, in this version: completely, or a
/// crash leaves it as it was. Needs room for a second copy. Throws ERR_CORRUPT, ERR_TAMPERED.
void upgrade_format_1(Folder& folder, const std::string& name, const ClearHeader& header,
                      const DatabaseKeys& keys);

}  // namespace myqsec::storage
