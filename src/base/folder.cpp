#include "base/folder.hpp"

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <system_error>
#include <utility>

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/process.hpp"

namespace myqsec {

namespace {

/// Owns a file descriptor, from the call on that opened it: what follows may lack memory.
class Descriptor {
 public:
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&&) = delete;
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    [[nodiscard]] int get() const { return number_; }

 private:
    int number_;
};

template <typename Call>
auto retry(Call call) {
    decltype(call()) result;
    do {
        result = call();
    } while (result < 0 && errno == EINTR);
    return result;
}

/// Whether nobody else but root can have written it, or can.
bool is_ours_alone(int descriptor, const std::string& path) {
    struct stat info {};
    if (::fstat(descriptor, &info) != 0) fail_errno(errno, "examine", path);
    return info.st_uid == ::geteuid() && (info.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

class DiskFile final : public File {
 public:
    DiskFile(Descriptor descriptor, std::string path)
        : descriptor_(std::move(descriptor)), path_(std::move(path)) {}
    DiskFile(const DiskFile&) = delete;
    DiskFile& operator=(const DiskFile&) = delete;
    // Closing alone would leave it to a forked child with the same open file; a child leaves it alone.
    ~DiskFile() override {
        if (locked_ && process_.is_this()) ::flock(descriptor_.get(), LOCK_UN);
    }

    std::size_t read_at(std::uint64_t offset, ByteSpan into) override {
        std::size_t done = 0;
        while (done < into.size()) {
            const auto got = retry([&] {
                return ::pread(descriptor_.get(), into.data() + done, into.size() - done,
                               static_cast<off_t>(offset + done));
            });
            if (got < 0) fail_errno(errno, "read", path_);
            if (got == 0) break;
            done += static_cast<std::size_t>(got);
        }
        return done;
    }

    void write_at(std::uint64_t offset, ByteView from) override {
        process_.require(path_);
        std::size_t done = 0;
        while (done < from.size()) {
            const auto put = retry([&] {
                return ::pwrite(descriptor_.get(), from.data() + done, from.size() - done,
                                static_cast<off_t>(offset + done));
            });
            if (put < 0) fail_errno(errno, "write", path_);
            if (put == 0) fail_errno(ENOSPC, "write", path_);
            done += static_cast<std::size_t>(put);
        }
    }

    std::uint64_t size() override {
        struct stat info {};
        if (::fstat(descriptor_.get(), &info) != 0) fail_errno(errno, "inspect", path_);
        return static_cast<std::uint64_t>(info.st_size);
    }

    void truncate(std::uint64_t size) override {
        process_.require(path_);
        if (retry([&] { return ::ftruncate(descriptor_.get(), static_cast<off_t>(size)); }) != 0) {
            fail_errno(errno, "resize", path_);
        }
    }

    void allocate(std::uint64_t size) override {
        process_.require(path_);
        int number = EINTR;
        while (number == EINTR)
            number = ::posix_fallocate(descriptor_.get(), 0, static_cast<off_t>(size));
        if (number != 0) fail_errno(number, "allocate", path_);
    }

    void sync() override {
        if (retry([&] { return ::fdatasync(descriptor_.get()); }) != 0) fail_errno(errno, "sync", path_);
    }

    bool try_lock() override {
        process_.require(path_);
        locked_ = retry([&] { return ::flock(descriptor_.get(), LOCK_EX | LOCK_NB); }) == 0;
        if (locked_) return true;
        if (errno == EWOULDBLOCK) return false;
        fail_errno(errno, "lock", path_);
    }

    void disown_lock() override { locked_ = false; }

    [[nodiscard]] int descriptor() const { return descriptor_.get(); }

 private:
    Descriptor descriptor_;
    std::string path_;
    bool locked_ = false;
    OwningProcess process_;
};

class DiskListing final : public Listing {
 public:
    DiskListing(const Descriptor& folder, std::string path) : path_(std::move(path)) {
        const int number =
            retry([&] { return ::openat(folder.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
        if (number < 0) fail_errno(errno, "list", path_);
        stream_.reset(::fdopendir(number));
        if (stream_ == nullptr) {
            const int error_number = errno;
            ::close(number);
            fail_errno(error_number, "list", path_);
        }
    }

    std::optional<std::string> next() override {
        for (;;) {
            errno = 0;
            const dirent* entry = ::readdir(stream_.get());
            if (entry == nullptr) {
                if (errno != 0) fail_errno(errno, "list", path_);
                return std::nullopt;
            }
            const std::string_view name = static_cast<const char*>(entry->d_name);
            if (name != "." && name != "..") return std::string(name);
        }
    }

 private:
    struct Close {
        void operator()(DIR* stream) const { ::closedir(stream); }
    };
    std::string path_;
    std::unique_ptr<DIR, Close> stream_;
};

/// Whether the fsync of a file makes the names durable, too, that it was given before. Journals that keep the
/// order of all changes of metadata do. statfs(2) can't tell: ext2, which has no journal, gives the number of
/// ext4.
bool syncs_names(int folder) {
    struct stat info {};
    if (::fstat(folder, &info) != 0) return false;
    const std::string device = fmt::format("{}:{}", major(info.st_dev), minor(info.st_dev));
    std::ifstream mounts("/proc/self/mountinfo");
    for (std::string line; std::getline(mounts, line);) {
        // proc(5): id, parent, device, root, mount point, options, any number of tags, "-", type, …
        std::istringstream fields(line);
        std::string id, parent, found, field;
        fields >> id >> parent >> found;
        if (found != device) continue;
        while (fields >> field && field != "-") {
        }
        fields >> field;
        return field == "ext4" || field == "xfs" ||
               field == "tmpfs";  // the last keeps nothing, whatever is synced
    }
    return false;
}

class DiskFolder final : public Folder {
 public:
    DiskFolder(Descriptor descriptor, std::string path)
        : descriptor_(std::move(descriptor)),
          path_(std::move(path)),
          file_sync_suffices_(syncs_names(descriptor_.get())) {}

    std::unique_ptr<File> open(std::string_view name) override {
        process_.require(path_);
        return open_at(name, O_RDWR, "open");
    }

    std::unique_ptr<File> open_read_only(std::string_view name) override {
        return open_at(name, O_RDONLY, "open");
    }

    std::unique_ptr<File> create(std::string_view name) override {
        process_.require(path_);
        return open_at(name, O_RDWR | O_CREAT | O_EXCL, "create");
    }

    std::unique_ptr<File> create_unnamed() override {
        process_.require(path_);
        Descriptor opened(
            retry([&] { return ::openat(descriptor_.get(), ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600); }));
        if (opened.get() < 0) fail_errno(errno, "create a temporary file in", path_);
        return std::make_unique<DiskFile>(std::move(opened), path_ + "/(unnamed)");
    }

    void link(File& unnamed, std::string_view name) override {
        process_.require(path_);
        const std::string component = checked(name);
        if (!give_name(unnamed, component)) fail_errno(errno, "create", full(component));
    }

    bool share(File& file, std::string_view name) override {
        process_.require(path_);
        const std::string component = checked(name);
        if (!is_ours_alone(dynamic_cast<const DiskFile&>(file).descriptor(), full(component))) return false;
        if (give_name(file, component)) return true;
        // link(2): another file system; as many names as it takes; none beyond the first, or for none of
        // ours.
        if (errno == EXDEV || errno == EMLINK || errno == EPERM || errno == EOPNOTSUPP) return false;
        fail_errno(errno, "create", full(component));
    }

    void link_durably(File& unnamed, std::string_view name) override {
        link(unnamed, name);
        // Not fdatasync, which may leave out that the file has a name now.
        if (::fsync(dynamic_cast<const DiskFile&>(unnamed).descriptor()) != 0)
            fail_errno(errno, "sync", full(checked(name)));
        if (!file_sync_suffices_) sync();
    }

    void rename(std::string_view from, std::string_view to) override {
        process_.require(path_);
        const std::string source = checked(from);
        const std::string target = checked(to);
        if (::renameat(descriptor_.get(), source.c_str(), descriptor_.get(), target.c_str()) != 0) {
            fail_errno(errno, "rename", full(source));
        }
    }

    bool remove(std::string_view name) override {
        process_.require(path_);
        const std::string component = checked(name);
        if (::unlinkat(descriptor_.get(), component.c_str(), 0) == 0) return true;
        if (errno == ENOENT) return false;
        fail_errno(errno, "remove", full(component));
    }

    bool exists(std::string_view name) override {
        const std::string component = checked(name);
        struct stat info {};
        if (::fstatat(descriptor_.get(), component.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0) return true;
        if (errno == ENOENT) return false;
        fail_errno(errno, "inspect", full(component));
    }

    bool has_file(std::string_view name) override {
        const std::string component = checked(name);
        struct stat info {};
        if (::fstatat(descriptor_.get(), component.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0)
            return S_ISREG(info.st_mode);
        if (errno == ENOENT) return false;
        fail_errno(errno, "inspect", full(component));
    }

    std::unique_ptr<Listing> listing() override { return std::make_unique<DiskListing>(descriptor_, path_); }

    void sync() override {
        if (retry([&] { return ::fsync(descriptor_.get()); }) != 0) fail_errno(errno, "sync", path_);
    }

    std::unique_ptr<Folder> folder(std::string_view name) override {
        process_.require(path_);
        const std::string component = checked(name);
        if (::mkdirat(descriptor_.get(), component.c_str(), 0700) == 0) {
            sync();
        } else if (errno != EEXIST) {
            fail_errno(errno, "create", full(component));
        }
        Descriptor opened(retry([&] {
            return ::openat(descriptor_.get(), component.c_str(),
                            O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        }));
        if (opened.get() < 0) fail_errno(errno, "open", full(component));
        return std::make_unique<DiskFolder>(std::move(opened), full(component));
    }

    [[nodiscard]] std::uint64_t free_space() override {
        struct statvfs info {};
        if (retry([&] { return ::fstatvfs(descriptor_.get(), &info); }) != 0)
            fail_errno(errno, "ask for the free space of", path_);
        return std::uint64_t{info.f_bavail} * info.f_frsize;
    }

    bool surrounds(const std::string& path) override {
        struct stat own {};
        if (::fstat(descriptor_.get(), &own) != 0) fail_errno(errno, "inspect", path_);
        std::error_code failed;
        auto at = std::filesystem::weakly_canonical(std::filesystem::absolute(path, failed), failed);
        if (failed) fail_errno(failed.value(), "find", path);
        for (;; at = at.parent_path()) {
            struct stat there {};
            if (::stat(at.c_str(), &there) == 0 && there.st_dev == own.st_dev && there.st_ino == own.st_ino)
                return true;
            if (!at.has_relative_path()) return false;
        }
    }

    [[nodiscard]] const std::string& path() const override { return path_; }

 private:
    static std::string checked(std::string_view name) {
        if (name.empty() || name == "." || name == ".." || name.find('/') != std::string_view::npos ||
            name.find('\0') != std::string_view::npos) {
            fail(Status::ERR_INTERNAL, "a file name is not a single path component");
        }
        return std::string(name);
    }

    [[nodiscard]] bool give_name(const File& to, const std::string& component) const {
        const auto* file = dynamic_cast<const DiskFile*>(&to);
        if (file == nullptr) fail(Status::ERR_INTERNAL, "a file was linked through a folder it is not from");
        // open(2), O_TMPFILE: linking through /proc needs no capability, unlike AT_EMPTY_PATH.
        const std::string source = fmt::format("/proc/self/fd/{}", file->descriptor());
        if (::linkat(AT_FDCWD, source.c_str(), descriptor_.get(), component.c_str(), AT_SYMLINK_FOLLOW) == 0)
            return true;
        return errno == ENOENT &&  // no /proc in this root
               ::linkat(file->descriptor(), "", descriptor_.get(), component.c_str(), AT_EMPTY_PATH) == 0;
    }

    [[nodiscard]] std::string full(const std::string& component) const { return path_ + "/" + component; }

    std::unique_ptr<File> open_at(std::string_view name, int flags, std::string_view action) {
        const std::string component = checked(name);
        Descriptor opened(retry([&] {
            return ::openat(descriptor_.get(), component.c_str(),
                            flags | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);
        }));
        // open(2): what a symbolic link, a folder and a socket answer to these flags.
        const bool other_kind = errno == ELOOP || errno == EISDIR || errno == ENXIO;
        if (opened.get() < 0 && !other_kind) fail_errno(errno, action, full(component));
        struct stat info {};
        if (opened.get() >= 0 && ::fstat(opened.get(), &info) != 0)
            fail_errno(errno, "inspect", full(component));
        if (!S_ISREG(info.st_mode)) {
            fail(Status::ERR_CORRUPT, "'{}' is not a regular file; something replaced it", full(component));
        }
        return std::make_unique<DiskFile>(std::move(opened), full(component));
    }

    Descriptor descriptor_;
    std::string path_;
    bool file_sync_suffices_;
    OwningProcess process_;
};

/// Makes the new folder's name durable, or takes the folder back.
void sync_parent(const Descriptor& folder, const std::string& path) {
    const Descriptor parent(
        retry([&] { return ::openat(folder.get(), "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
    if (parent.get() >= 0 && retry([&] { return ::fsync(parent.get()); }) == 0) return;
    const int reason = errno;
    ::rmdir(path.c_str());
    fail_errno(reason, "sync the folder above", path);
}

}  // namespace

std::unique_ptr<Folder> open_folder(const std::string& path, bool create) {
    const bool made = create && ::mkdir(path.c_str(), 0700) == 0;
    if (create && !made && errno != EEXIST) fail_errno(errno, "create", path);
    Descriptor opened(retry([&] { return ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
    if (opened.get() < 0) fail_errno(errno, "open", path);
    if (made) sync_parent(opened, path);
    return std::make_unique<DiskFolder>(std::move(opened), path);
}

}  // namespace myqsec
