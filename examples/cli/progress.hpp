// How far a long operation is: on a terminal only, and only once it takes long enough to wonder.
#pragma once

#include <algorithm>
#include <cstdint>
#include <iostream>
#include <string>

#include <sys/stat.h>
#include <unistd.h>

namespace cli {

class Progress {
 public:
    /// `total` in bytes; 0: unknown.
    explicit Progress(std::string what, std::uint64_t total = 0)
        : what_(std::move(what)), total_(total), terminal_(::isatty(2) != 0) {}
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    ~Progress() {
        if (shown_ != 0) std::cerr << "\r\033[K" << std::flush;
    }

    void add(std::uint64_t bytes) {
        done_ += bytes;
        if (!terminal_ || std::max(total_, done_) < shortest) return;
        const std::uint64_t figure = total_ != 0 ? done_ * 100 / total_ : done_ >> 20;
        if (figure == shown_) return;
        shown_ = figure;
        std::cerr << '\r' << what_ << " … " << figure << (total_ != 0 ? " %" : " MiB") << std::flush;
    }

 private:
    static constexpr std::uint64_t shortest = 64U << 20;
    std::string what_;
    std::uint64_t total_;
    bool terminal_;
    std::uint64_t done_ = 0;
    std::uint64_t shown_ = 0;
};

/// The size of a regular file; 0 for pipes and the like.
inline std::uint64_t size_of(int descriptor) {
    struct stat info {};
    return ::fstat(descriptor, &info) == 0 && S_ISREG(info.st_mode) ? static_cast<std::uint64_t>(info.st_size)
                                                                    : 0;
}

}  // namespace cli
