// All files of a database as bytes: taken while it is open, mixed, altered, and laid onto a new disk in
// memory.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/power_cut_folder.hpp"
#include "storage/database_fixture.hpp"

namespace myqsec::test {

struct DiskImage {
    std::map<std::string, Bytes, std::less<>> files;

    static DiskImage of(PowerCutDisk& disk) {
        DiskImage image;
        for (const auto& [name, inode] : disk.names())
            image.files[name] = inode->seen;
        return image;
    }
    [[nodiscard]] Bytes& main() { return files["main.db"]; }
    [[nodiscard]] Bytes& wal() { return files["main.db-wal"]; }
    bool operator==(const DiskImage&) const = default;

    [[nodiscard]] std::shared_ptr<PowerCutDisk> disk() const {
        auto out = std::make_shared<PowerCutDisk>(1);
        for (const auto& [name, bytes] : files)
            out->place(name, bytes);
        return out;
    }
};

/// A database on a disk in memory.
struct MemoryDatabase {
    std::shared_ptr<PowerCutDisk> disk;
    PowerCutFolder folder;
    std::unique_ptr<storage::Database> database;

    explicit MemoryDatabase(const DiskImage& image, const storage::DatabaseOptions& options = {})
        : disk(image.disk()), folder(disk) {
        database = std::make_unique<storage::Database>(folder, "main.db", test_key(), options);
    }
    explicit MemoryDatabase(const storage::DatabaseOptions& options = {})
        : disk(std::make_shared<PowerCutDisk>(1)), folder(disk) {
        storage::Database::create(folder, "main.db", test_key(), options);
        database = std::make_unique<storage::Database>(folder, "main.db", test_key(), options);
    }
    storage::Database* operator->() { return database.get(); }
    storage::Database& operator*() { return *database; }
    [[nodiscard]] DiskImage image() { return DiskImage::of(*disk); }
};

/// What opening the image and reading every page of it comes to.
inline Status status_of_reading(const DiskImage& image, const storage::DatabaseOptions& options = {}) {
    return status_of([&] {
        MemoryDatabase opened(image, options);
        if (!is_sound(*opened)) fail(Status::ERR_INTERNAL, "something wrong was read as data");
    });
}

}  // namespace myqsec::test
