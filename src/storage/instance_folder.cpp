#include "storage/instance_folder.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "storage/space_reserve.hpp"

namespace myqsec::storage::instance_folder {

namespace {

/// The files that a creation makes, apart from lock, mark and keystore: its appearing ends the creation.
std::vector<std::string> files_of_a_creation() {
    std::vector<std::string> out{std::string(Keystore::file_name) + ".new",
                                 std::string(SpaceReserve::file_name)};
    for (const auto database : {main_file, log_file}) {
        for (const auto suffix : database_suffixes)
            out.push_back(std::string(database).append(suffix));
        out.push_back(std::string(database).append(marks_suffix));
    }
    return out;
}

bool contains(const std::vector<std::string>& names, std::string_view name) {
    return std::ranges::find(names, name) != names.end();
}

void require_only_leftovers(const Folder& folder, const std::vector<std::string>& names, BlobFolders blobs) {
    auto known = files_of_a_creation();
    for (const auto name : {lock_file, unfinished_file, Keystore::file_name})
        known.emplace_back(name);
    known.insert(known.end(), blobs.begin(), blobs.end());
    for (const auto& name : names) {
        if (contains(known, name)) continue;
        fail(Status::ERR_EXISTS,
             "'{}' holds '{}', which is not of the unfinished instance there; move it away, or choose an "
             "empty folder",
             folder.path(), name);
    }
}

/// An opening marks them; of a creation that was cut off in its own the keystore is there still.
bool has_marked_documents(Folder& folder, BlobFolders blobs) {
    return std::ranges::any_of(blobs, [&](std::string_view store) {
        return folder.exists(store) && folder.folder(store)->exists(BlobStore::mark_file);
    });
}

void require_empty(const Folder& folder, const std::vector<std::string>& names) {
    if (contains(names, main_file)) {
        fail(Status::ERR_EXISTS,
             "'{}' holds '{}' but no keystore: it is a backup, or an instance whose keystore was moved away; "
             "choose an empty folder, or move the files away",
             folder.path(), main_file);
    }
    for (const auto& name : names) {
        if (name == lock_file) continue;  // all that a creation makes before its mark
        fail(Status::ERR_EXISTS,
             "'{}' is not empty (it holds '{}'); choose an empty folder, or move the files away",
             folder.path(), name);
    }
}

void require_free(Folder& folder, BlobFolders blobs) {
    const auto names = folder.list();
    if (is_unfinished(folder, blobs)) {
        require_only_leftovers(folder, names, blobs);
    } else if (contains(names, Keystore::file_name)) {
        fail(Status::ERR_EXISTS, "'{}' already holds an instance; open it, or choose another folder",
             folder.path());
    } else {
        require_empty(folder, names);
    }
}

/// Durable before the first file that it allows to remove; one that is there may not have been synced.
void mark_unfinished(Folder& folder) {
    if (!folder.exists(unfinished_file)) folder.create(unfinished_file)->sync();
    folder.sync();
}

/// Without its keystore this is no instance, and with marks in it, nobody's leftover.
void remove_keystore(Folder& folder, BlobFolders blobs) {
    for (const auto store : blobs) {
        if (!folder.exists(store)) continue;
        const auto documents = folder.folder(store);
        for (const auto suffix : {"", ".new"})
            documents->remove(std::string(BlobStore::mark_file) + suffix);
        documents->sync();
    }
    folder.remove(Keystore::file_name);
}

/// The blobs are those of a restoration: its keys, which tell them from foreign files, are gone with it.
void remove_leftovers(Folder& folder, BlobFolders blobs) {
    remove_keystore(folder, blobs);
    for (const auto& name : files_of_a_creation())
        folder.remove(name);
    for (const auto store : blobs) {
        if (!folder.exists(store)) continue;
        const auto documents = folder.folder(store);
        for (const auto& name : blob_names(*documents))
            documents->remove(to_hex(name));
        documents->sync();
    }
    folder.sync();
}

}  // namespace

bool is_unfinished(Folder& folder, BlobFolders blobs) {
    if (!folder.exists(unfinished_file)) return false;
    return folder.exists(Keystore::file_name) ? Keystore::is_in_creation(folder)
                                              : !has_marked_documents(folder, blobs);
}

Lock lock(Folder& folder) {
    Lock held;
    held.push_back(folder.exists(lock_file) ? folder.open(lock_file) : folder.create(lock_file));
    if (folder.exists(Keystore::file_name)) held.push_back(folder.open_read_only(Keystore::file_name));
    for (const auto& file : held) {
        if (file->try_lock()) continue;
        fail(Status::ERR_IN_USE,
             "another process, or another engine of this one, has '{}' open; close it first", folder.path());
    }
    return held;
}

void require_instance(Folder& folder) {
    if (folder.exists(Keystore::file_name)) return;
    fail(Status::ERR_NOT_FOUND, "'{}' holds no instance: it has no file '{}'", folder.path(),
         Keystore::file_name);
}

void require_databases(Folder& folder) {
    for (const auto database : {main_file, log_file}) {
        if (folder.exists(database)) continue;
        fail(Status::ERR_NOT_FOUND,
             "the instance in '{}' lacks its file '{}': put it back from where it was moved to, or restore a "
             "backup",
             folder.path(), database);
    }
}

Lock prepare(Folder& folder, BlobFolders blobs) {
    require_free(folder, blobs);
    auto held = lock(folder);
    require_free(folder, blobs);  // another process was faster
    mark_unfinished(folder);
    remove_leftovers(folder, blobs);
    return held;
}

void publish(Folder& folder, Keystore& keystore) {
    try {
        keystore.publish(folder);
    } catch (...) {
        try {
            folder.remove(Keystore::file_name);
        } catch (const Error&) {  // the first failure is the one to report
        }
        throw;
    }
}

void finish(Folder& folder) {
    if (folder.remove(unfinished_file)) folder.sync();
}

void take_back(Folder& folder, BlobFolders blobs) {
    try {
        mark_unfinished(folder);  // the opening may have taken it away; a crash in here then leaves leftovers
    } catch (const Error&) {      // a full disk: the files go nevertheless
    }
    remove_leftovers(folder, blobs);
    finish(folder);
}

}  // namespace myqsec::storage::instance_folder
