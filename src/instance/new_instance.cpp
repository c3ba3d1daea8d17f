#include "instance/new_instance.hpp"

#include <filesystem>
#include <system_error>

#include "base/error.hpp"
#include "instance/instance.hpp"
#include "storage/instance_folder.hpp"

namespace myqsec::instance {

namespace files = storage::instance_folder;

OpenedFolder open_or_make_folder(const std::string& path) {
    try {
        return {open_folder(path, false), false};
    } catch (const Error& error) {
        if (error.status() != Status::ERR_NOT_FOUND) throw;
        return {open_folder(path, true), true};
    }
}

NewInstance::NewInstance(const std::string& directory)
    : directory_(directory),
      opened_(open_or_make_folder(directory)),
      was_empty_(opened_.folder->list().empty()) {}

NewInstance::~NewInstance() {
    if (!kept_ && was_empty_ && process_.is_this()) remove_what_was_made();
}

void NewInstance::make(const std::function<void(Folder&)>& work) {
    work(*opened_.folder);
    keystore_is_ours_ = true;
}

// Another process may have begun to make an instance in the same empty folder: then the lock is taken, or its
// keystore is there though ours was never written. Its files are not ours to remove.
void NewInstance::remove_what_was_made() noexcept {
    try {
        std::unique_ptr<File> lock;
        if (opened_.folder->exists(files::lock_file)) {
            lock = opened_.folder->open(files::lock_file);
            if (!lock->try_lock()) return;
        }
        if (!keystore_is_ours_ && opened_.folder->exists(storage::Keystore::file_name)) return;
        std::error_code ignored;
        if (keystore_is_ours_ || opened_.folder->exists(files::unfinished_file)) {
            files::take_back(*opened_.folder, blob_folders());
            for (const auto store : blob_folders())
                std::filesystem::remove(std::filesystem::path(directory_) / store, ignored);
        }
        opened_.folder->remove(files::lock_file);
        opened_.folder->sync();
        if (opened_.made) std::filesystem::remove(directory_, ignored);
    } catch (...) {  // the first failure is the one to report
        return;
    }
}

}  // namespace myqsec::instance
