// What a write-ahead log on disk is worth at open: which transactions count, and whether an accident explains
// the rest.
#pragma once

#include "base/folder.hpp"
#include "storage/pages/database_keys.hpp"
#include "storage/wal/wal_cipher.hpp"

namespace myqsec::storage {

struct WalRecovery {
    WalLog log;  ///< ends with the last whole transaction
    bool damaged_tail =
        false;  ///< behind it lies something that is neither a rest of earlier use nor unfinished
};

/// Reads only. Throws ERR_TAMPERED if both slots are damaged, or if a later transaction follows a damaged
/// frame.
[[nodiscard]] WalRecovery recover_wal(File& file, const DatabaseIdentity& identity, const DatabaseKeys& keys,
                                      std::string_view name);

}  // namespace myqsec::storage
