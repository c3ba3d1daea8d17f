#include "instance/new_instance.hpp"

#include <filesystem>
#include <system_error>

#include "base/error.hpp"
#include "instance/instance.hpp"
#include "storage/instance_folder.hpp"

namespace myqsec::instance {

namespace files = storage::instance_folder;

NewInstance::NewInstance(const std::string& directory) : directory_(directory) {
    try {
        folder_ = open_folder(directory, false);
    } catch (const Error& error) {
        if (error.status() != Status::ERR_NOT_FOUND) throw;
        folder_ = open_folder(directory, true);
        made_directory_ = true;
    }
    was_empty_ = folder_->list().empty();
}

NewInstance::~NewInstance() {
    if (!kept_ && was_empty_) remove_what_was_made();
}

void NewInstance::make(const std::function<void(Folder&)>& work) {
    work(*folder_);
    keystore_is_ours_ = true;
}

// Another process may have begun to make an instance in the same empty folder: then the lock is taken, or its
// keystore is there though ours was never written. Its files are not ours to remove.
void NewInstance::remove_what_was_made() noexcept {
    try {
        std::unique_ptr<File> lock;
        if (folder_->exists(files::lock_file)) {
            lock = folder_->open(files::lock_file);
            if (!lock->try_lock()) return;
        }
        if (!keystore_is_ours_ && folder_->exists(storage::Keystore::file_name)) return;
        std::error_code ignored;
        if (keystore_is_ours_ || folder_->exists(files::unfinished_file)) {
            files::take_back(*folder_, blob_folders());
            for (const auto store : blob_folders())
                std::filesystem::remove(std::filesystem::path(directory_) / store, ignored);
        }
        folder_->remove(files::lock_file);
        folder_->sync();
        if (made_directory_) std::filesystem::remove(directory_, ignored);
    } catch (...) {  // the first failure is the one to report
        return;
    }
}

}  // namespace myqsec::instance
