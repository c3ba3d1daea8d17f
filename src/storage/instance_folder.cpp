#include "storage/instance_folder.hpp"

#include <algorithm>
#include <string>

#include "base/error.hpp"

namespace myqsec::storage::instance_folder {

namespace {

/// What a creation that was cut off may have left. A keystore is not among it: its appearing ends the
/// creation.
bool is_leftover(std::string_view name) {
    constexpr std::array<std::string_view, 3> stems = {main_file, log_file, Keystore::file_name};
    if (name == lock_file || name == jobs_folder) return true;
    return std::ranges::any_of(stems, [&](std::string_view stem) { return name.starts_with(stem); });
}

void require_no_instance(Folder& folder) {
    if (folder.exists(Keystore::file_name)) {
        fail(Status::ERR_EXISTS, "'{}' already holds an instance; open it, or choose another folder",
             folder.path());
    }
}

void require_no_foreign_files(Folder& folder) {
    for (const std::string& name : folder.list()) {
        if (!is_leftover(name)) {
            fail(Status::ERR_EXISTS, "'{}' is not empty (it holds '{}'); choose an empty folder",
                 folder.path(), name);
        }
    }
}

}  // namespace

std::unique_ptr<File> lock(Folder& folder) {
    std::unique_ptr<File> lock;
    if (folder.exists(lock_file)) {
        lock = folder.open(lock_file);
    } else {
        lock = folder.create(lock_file);
    }
    if (!lock->try_lock()) {
        fail(Status::ERR_IN_USE,
             "another process, or another engine of this one, has '{}' open; close it first", folder.path());
    }
    return lock;
}

std::unique_ptr<File> prepare(Folder& folder) {
    require_no_instance(folder);
    require_no_foreign_files(folder);
    auto held = lock(folder);
    require_no_instance(folder);  // another process was faster
    for (const std::string& name : folder.list()) {
        if (name != lock_file && name != jobs_folder) folder.remove(name);
    }
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

}  // namespace myqsec::storage::instance_folder
