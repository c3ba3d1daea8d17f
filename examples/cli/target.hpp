// Where an export goes: standard output, or a new file.
#pragma once

#include <cerrno>
#include <cstddef>
#include <optional>
#include <string>

#include <unistd.h>

#include "call.hpp"
#include "new_file.hpp"

namespace cli {

class Target {
 public:
    /// Standard output if `path` is empty.
    explicit Target(const std::string& path) {
        if (!path.empty()) file_.emplace(path);
    }
    static int write(void* context, const void* data, std::size_t length) {
        auto& target = *static_cast<Target*>(context);
        const bool written =
            target.file_ ? target.file_->write(data, length) : write_all(STDOUT_FILENO, data, length);
        if (!written) target.reason_ = errno;
        return written ? 0 : 1;
    }
    void keep() {
        if (file_ && !file_->keep()) fail(errno, "cannot write the file");
    }
    [[nodiscard]] int reason() const { return reason_; }

 private:
    std::optional<NewFile> file_;
    int reason_ = 0;
};

}  // namespace cli
