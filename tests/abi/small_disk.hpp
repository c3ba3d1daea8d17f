// A real file system of 40 MiB, mounted for this process alone, that can be filled to its last byte.
#pragma once

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/temporary_folder.hpp"

namespace myqsec::test {

enum class DiskKind { tmpfs, ext4 };

class SmallDisk {
    TemporaryFolder folder_;

 public:
    /// `failed` says why it could not be mounted; "" for success.
    explicit SmallDisk(DiskKind kind) : failed(mount(kind)), temporary_(mountpoint()) {}
    ~SmallDisk() {
        if (failed.empty()) ::umount2(mountpoint().c_str(), MNT_DETACH);
    }
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;

    /// By somebody else: to the last byte, which takes a while to settle where blocks are allocated late.
    void fill() {
        const int file = ::open(ballast().c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        REQUIRE(file >= 0);
        const std::string block(1U << 20, 'x');
        for (int calm = 0; calm < 2; ++calm) {
            for (std::size_t size = block.size(); size > 0; size /= 2) {
                while (::write(file, block.data(), size) == static_cast<ssize_t>(size))
                    calm = 0;
            }
            ::fsync(file);
        }
        ::close(file);
    }
    void empty() { ::unlink(ballast().c_str()); }
    [[nodiscard]] std::uint64_t left() const {
        struct statvfs info {};
        REQUIRE(::statvfs(mountpoint().c_str(), &info) == 0);
        return std::uint64_t{info.f_bavail} * info.f_frsize;
    }

    const std::string failed;

 private:
    /// Puts temporary folders on the disk.
    class TemporaryFolders {
     public:
        explicit TemporaryFolders(const std::string& path) {
            if (const char* set = std::getenv("TMPDIR")) before_ = set;
            ::setenv("TMPDIR", path.c_str(), 1);
        }
        ~TemporaryFolders() {
            before_.empty() ? ::unsetenv("TMPDIR") : ::setenv("TMPDIR", before_.c_str(), 1);
        }
        TemporaryFolders(const TemporaryFolders&) = delete;
        TemporaryFolders& operator=(const TemporaryFolders&) = delete;

     private:
        std::string before_;
    };

    [[nodiscard]] std::string mountpoint() const { return folder_.path() + "/disk"; }
    [[nodiscard]] std::string ballast() const { return mountpoint() + "/ballast"; }
    std::string mount(DiskKind kind) {
        static const std::string no_namespace = own_mounts();
        if (!no_namespace.empty()) return no_namespace;
        std::filesystem::create_directory(mountpoint());
        if (kind == DiskKind::tmpfs) {
            const bool mounted = ::mount("tmpfs", mountpoint().c_str(), "tmpfs", 0, "size=40m") == 0;
            return mounted ? "" : std::string("mounting a tmpfs: ") + std::strerror(errno);
        }
        const auto image = folder_.path() + "/image";
        std::ofstream(image).close();
        std::filesystem::resize_file(image, 40U << 20);
        // Without blocks that only root may use: they would be the last ones.
        const auto command = "{ mkfs.ext4 -q -F -m 0 '" + image + "' && mount -o loop '" + image + "' '" +
                             mountpoint() + "'; } >/dev/null 2>&1";
        return std::system(command.c_str()) == 0 ? ""
                                                 : "no ext4 can be mounted from a file (mkfs.ext4, losetup)";
    }
    /// What is mounted from now on is seen by this process and its children alone, and goes with them.
    static std::string own_mounts() {
        const auto user = std::to_string(::geteuid());
        const auto group = std::to_string(::getegid());
        if (::unshare(CLONE_NEWNS) != 0) {
            if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0)
                return std::string("no mounts of one's own: ") + std::strerror(errno);
            std::ofstream("/proc/self/setgroups") << "deny";
            std::ofstream("/proc/self/uid_map") << "0 " + user + " 1";
            std::ofstream("/proc/self/gid_map") << "0 " + group + " 1";
        }
        const bool is_private = ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
        return is_private ? "" : std::string("no mounts of one's own: ") + std::strerror(errno);
    }

    TemporaryFolders temporary_;
};

}  // namespace myqsec::test
