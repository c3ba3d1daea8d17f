// What an instance's folder holds, by name, and the rules for making one: its keystore appears last.
#pragma once

#include <array>
#include <memory>
#include <string_view>

#include "base/folder.hpp"
#include "storage/keystore.hpp"

namespace myqsec::storage::instance_folder {

inline constexpr std::string_view lock_file = "lock";
inline constexpr std::string_view main_file = "main.db";
inline constexpr std::string_view log_file = "log.db";
inline constexpr std::string_view jobs_folder = "jobs";
/// What may lie beside a database and belongs to it: its write-ahead log, the journal of a conversion.
inline constexpr std::array<std::string_view, 3> database_suffixes = {"", "-wal", "-convert"};

/// Takes the instance's lock; it is held as long as the file is open. ERR_IN_USE.
[[nodiscard]] std::unique_ptr<File> lock(Folder& folder);

/// For a new instance: takes the lock and removes what a creation that was cut off may have left. ERR_EXISTS
/// if there is an instance, or anything foreign.
[[nodiscard]] std::unique_ptr<File> prepare(Folder& folder);

/// Ends a creation. If the keystore could not be made durable, it is taken back, under the lock that makes it
/// ours: a creation that failed can be repeated.
void publish(Folder& folder, Keystore& keystore);

}  // namespace myqsec::storage::instance_folder
