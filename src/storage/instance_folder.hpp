// What an instance's folder holds, by name, and the rules for making one: its keystore appears last. Beside
// what is named here there are the folders of its blob stores. docs/architecture.md has the whole list.
#pragma once

#include <array>
#include <memory>
#include <string_view>
#include <vector>

#include "base/folder.hpp"
#include "storage/blob_store.hpp"
#include "storage/keys/keystore.hpp"

namespace myqsec::storage::instance_folder {

inline constexpr std::string_view lock_file = "lock";
inline constexpr std::string_view main_file = "main.db";
inline constexpr std::string_view log_file = "log.db";
/// There from a creation's first file to the instance's first opening. Only beside it may files be removed,
/// and none of what was opened once.
inline constexpr std::string_view unfinished_file = "unfinished";
/// What may lie beside a database and belongs to it: its write-ahead log, the journal of a conversion.
inline constexpr std::array<std::string_view, 3> database_suffixes = {"", "-wal", "-convert"};
/// And what is made anew where it is missing, so that no backup has it: the marks of its pages.
inline constexpr std::string_view marks_suffix = "-marks";

/// On two files, so that who removes the one lets no second process in. Held as long as both are open.
using Lock = std::vector<std::unique_ptr<File>>;
/// Takes the instance's lock. ERR_IN_USE.
[[nodiscard]] Lock lock(Folder& folder);

/// ERR_NOT_FOUND, and the folder is as it was.
void require_instance(Folder& folder);
/// ERR_NOT_FOUND, with the one that is missing.
void require_databases(Folder& folder);

/// Whether a creation or restoration was cut off there: the marker alone, which anybody can plant, proves
/// nothing.
[[nodiscard]] bool is_unfinished(Folder& folder, BlobFolders blobs);

/// For a new instance: takes the lock, marks the folder as unfinished, and removes what an earlier creation
/// left beside that mark, its keystore included. ERR_EXISTS, nothing removed, if there is an instance or
/// anything that no creation left.
[[nodiscard]] Lock prepare(Folder& folder, BlobFolders blobs);

/// Ends a creation. If the keystore could not be made durable, it is taken back, under the lock that makes it
/// ours: a creation that failed can be repeated.
void publish(Folder& folder, Keystore& keystore);

/// At the end of an opening: what is in the folder from now on is nobody's leftover.
void finish(Folder& folder);

/// Removes the files of a creation that failed, and no others. Under the lock; the caller knows that they are
/// its own.
void take_back(Folder& folder, BlobFolders blobs);

}  // namespace myqsec::storage::instance_folder
