#include "new_file.hpp"

#include <cerrno>
#include <climits>
#include <csignal>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "call.hpp"

namespace cli {

bool write_all(int descriptor, const void* data, std::size_t size) {
    const char* rest = static_cast<const char*>(data);
    while (size > 0) {
        const ssize_t put = ::write(descriptor, rest, size);
        if (put < 0 && errno == EINTR) continue;
        if (put <= 0) return false;
        rest += put;
        size -= static_cast<std::size_t>(put);
    }
    return true;
}

namespace {

char removed_at_signals[PATH_MAX];

void remove_and_die(int signal) {
    ::unlink(removed_at_signals);
    std::signal(signal, SIG_DFL);
    std::raise(signal);
}

/// What is there under its name already goes if the program is told to end; "" for nothing.
void remove_at_signals(const std::string& path) {
    if (path.size() >= sizeof removed_at_signals) return;
    const auto handler = path.empty() ? SIG_DFL : remove_and_die;
    std::strcpy(removed_at_signals, path.c_str());  // NOLINT: it fits
    for (const int signal : {SIGINT, SIGTERM, SIGHUP})
        std::signal(signal, handler);
}

}  // namespace

NewFile::NewFile(std::string path) : path_(std::move(path)) {
    const auto slash = path_.rfind('/');
    folder_ = slash == std::string::npos ? "." : path_.substr(0, slash + 1);
    struct stat info {};
    if (::lstat(path_.c_str(), &info) == 0) fail(EEXIST, "cannot create '" + path_ + "'");
    // Without a name until it is whole, so that whatever ends the program leaves nothing of it.
    descriptor_ = ::open(folder_.c_str(), O_WRONLY | O_TMPFILE | O_CLOEXEC, 0600);
    named_ =
        descriptor_ < 0 && (errno == EOPNOTSUPP || errno == EISDIR);  // the file system can't, the kernel
    if (named_) descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (descriptor_ < 0) fail(errno, "cannot create '" + path_ + "'");
    if (named_) remove_at_signals(path_);
}

NewFile::~NewFile() {
    ::close(descriptor_);
    if (!named_) return;
    if (!kept_) ::unlink(path_.c_str());
    remove_at_signals({});
}

bool NewFile::write(const void* data, std::size_t size) const {
    return write_all(descriptor_, data, size);
}

bool NewFile::keep() {
    if (::fsync(descriptor_) != 0) return false;
    const std::string unnamed = "/proc/self/fd/" + std::to_string(descriptor_);
    if (!named_ && ::linkat(AT_FDCWD, unnamed.c_str(), AT_FDCWD, path_.c_str(), AT_SYMLINK_FOLLOW) != 0)
        return false;
    const int parent = ::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    // A folder that may be written but not read cannot be synchronised; the file itself is.
    kept_ = parent < 0 || ::fsync(parent) == 0;
    if (parent >= 0) ::close(parent);
    return kept_;
}

}  // namespace cli
