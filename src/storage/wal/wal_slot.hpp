// The two header slots of a write-ahead log. The newest one begins a generation, and says what the database
// file held then.
#pragma once

#include <optional>

#include "storage/pages/database_keys.hpp"
#include "storage/wal/wal_log.hpp"

namespace myqsec::storage {

/// format tag ‖ generation 8 ‖ key version 4
inline constexpr std::size_t wal_slot_clear_size = clear_header_size + 8 + 4;
/// SQLite's header ‖ sum 16 ‖ pages 4 ‖ suite 1 and key version 4 of the form left ‖ done 4 ‖ counter 8
inline constexpr std::size_t wal_slot_secret_size = sqlite_wal_header_size + 37;
inline constexpr std::size_t wal_slot_size = wal_slot_clear_size + wal_slot_secret_size + 40;
using WalSlotBytes = ByteArray<wal_slot_size>;

/// Slots are always encrypted, also those of a readable database: sums are secret.
[[nodiscard]] WalSlotBytes seal_slot(const DatabaseIdentity& identity, const crypto::Secret& key,
                                     std::uint64_t generation, const SqliteWalHeader& header,
                                     const BaseState& base);

/// The empty log of the generation that this slot begins, unless it is damaged or under a key that is not
/// among them.
[[nodiscard]] std::optional<WalLog> open_slot(const DatabaseIdentity& identity, const DatabaseKeys& keys,
                                              std::size_t slot, const WalSlotBytes& bytes);

/// The chain of a generation starts with its slot's tag.
[[nodiscard]] WalChain seed_of(ByteView slot);

}  // namespace myqsec::storage
