// What writing and restoring a backup share: copies of files, the room for them, and how far they are.
#pragma once

#include <cstdint>
#include <string>

#include "base/folder.hpp"
#include "storage/backup.hpp"
#include "storage/backup_manifest.hpp"

namespace myqsec::storage {

/// Keeps an instance's disk from being filled by its own backup.
class BackupRoom {
 public:
    BackupRoom() = default;
    /// `spare` bytes stay free, if both folders are on one disk.
    BackupRoom(Folder& own, Folder& to, std::uint64_t spare);
    /// Throws ERR_NO_SPACE if so many bytes more would be too many.
    void require(std::uint64_t size) const;

 private:
    Folder* to_ = nullptr;
    std::uint64_t spare_ = 0;
};

/// Durably, except for the name. Not more than `most` bytes of it, however it grows.
CopiedFile copy_backup_file(File& from, Folder& to, const std::string& name, std::uint64_t most,
                            const BackupRoom& room = {});

class BackupSteps {
 public:
    BackupSteps(const BackupProgress& told, std::uint64_t files) : told_(told), files_(files) {}
    void step() {
        ++done_;
        if (told_) told_(done_, files_);
    }

 private:
    const BackupProgress& told_;
    std::uint64_t files_;
    std::uint64_t done_ = 0;
};

}  // namespace myqsec::storage
