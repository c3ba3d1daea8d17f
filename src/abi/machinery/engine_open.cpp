// Making and opening instances: what happens to files before there is an engine.
#include <filesystem>
#include <system_error>

#include "abi/machinery/engine.hpp"
#include "crypto/self_test/self_test.hpp"
#include "storage/instance_folder.hpp"

namespace myqsec::abi {

namespace {

namespace files = storage::instance_folder;

struct Place {
    std::unique_ptr<Folder> folder;
    bool made = false;
    bool empty = false;
};

Place open_place(const std::string& directory) {
    Place place;
    try {
        place.folder = open_folder(directory, false);
    } catch (const Error& error) {
        if (error.status() != Status::ERR_NOT_FOUND) throw;
        place.folder = open_folder(directory, true);
        place.made = true;
    }
    place.empty = place.folder->list().empty();
    return place;
}

// Another process may have begun to make an instance in the same empty folder: then the lock is taken, or its
// keystore is there though ours was never written. Its files are not ours to remove.
void remove_what_was_made(const std::string& directory, const Place& place, bool keystore_is_ours) noexcept {
    try {
        auto folder = open_folder(directory, false);
        std::unique_ptr<File> lock;
        if (folder->exists(files::lock_file)) {
            lock = folder->open(files::lock_file);
            if (!lock->try_lock()) return;
        }
        if (!keystore_is_ours && folder->exists(storage::Keystore::file_name)) return;
        std::error_code ignored;
        if (keystore_is_ours || folder->exists(files::unfinished_file)) {
            files::take_back(*folder);
            std::filesystem::remove(std::filesystem::path(directory) / files::jobs_folder, ignored);
        }
        folder->remove(files::lock_file);
        folder->sync();
        if (place.made) std::filesystem::remove(directory, ignored);
    } catch (...) {  // the first failure is the one to report
        return;
    }
}

}  // namespace

std::unique_ptr<Engine> create_engine(const std::string& directory, crypto::RootProvider& root,
                                      const myqsec_options& options) {
    crypto::self_test();
    const auto place = open_place(directory);
    bool keystore_is_ours = false;
    try {
        storage::Vault::create(*place.folder, root);
        keystore_is_ours = true;
        return std::make_unique<Engine>(open_folder(directory, false), root, options, Engine::Birth::created);
    } catch (...) {
        if (place.empty) remove_what_was_made(directory, place, keystore_is_ours);
        throw;
    }
}

std::unique_ptr<Engine> restore_engine(const RestoreRequest& request, crypto::RootProvider& root,
                                       const myqsec_options& options) {
    crypto::self_test();
    const auto backup = open_folder(request.backup, false);
    const auto place = open_place(request.directory);
    bool keystore_is_ours = false;
    try {
        storage::restore_backup(*backup, *place.folder, request.key, root, HostClock(options).now(),
                                request.progress);
        keystore_is_ours = true;
        return std::make_unique<Engine>(open_folder(request.directory, false), root, options,
                                        Engine::Birth::opened);
    } catch (...) {
        if (place.empty) remove_what_was_made(request.directory, place, keystore_is_ours);
        throw;
    }
}

std::unique_ptr<Engine> open_engine(const std::string& directory, crypto::RootProvider& root,
                                    const myqsec_options& options) {
    crypto::self_test();
    return std::make_unique<Engine>(open_folder(directory, false), root, options, Engine::Birth::opened);
}

}  // namespace myqsec::abi
