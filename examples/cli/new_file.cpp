#include "new_file.hpp"

#include <cerrno>

#include <fcntl.h>
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

NewFile::NewFile(std::string path)
    : path_(std::move(path)),
      descriptor_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)) {
    if (descriptor_ < 0) fail(errno, "cannot create '" + path_ + "'");
}

NewFile::~NewFile() {
    ::close(descriptor_);
    if (!kept_) ::unlink(path_.c_str());
}

bool NewFile::write(const void* data, std::size_t size) const {
    return write_all(descriptor_, data, size);
}

bool NewFile::keep() {
    if (::fsync(descriptor_) != 0) return false;
    const auto slash = path_.rfind('/');
    const std::string folder = slash == std::string::npos ? "." : path_.substr(0, slash + 1);
    const int parent = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    // A folder that may be written but not read cannot be synchronised; the file itself is.
    kept_ = parent < 0 || ::fsync(parent) == 0;
    if (parent >= 0) ::close(parent);
    return kept_;
}

}  // namespace cli
