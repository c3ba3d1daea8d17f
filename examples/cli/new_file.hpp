// A file that did not exist before, readable by its owner only, and gone again unless it was completed.
#pragma once

#include <string>

namespace cli {

class NewFile {
 public:
    /// Throws if there is such a file, or none can be created.
    explicit NewFile(std::string path);
    NewFile(const NewFile&) = delete;
    NewFile& operator=(const NewFile&) = delete;
    ~NewFile();

    /// False, with errno, if not all of it could be written.
    [[nodiscard]] bool write(const void* data, std::size_t size) const;
    /// Makes contents and name durable; false, with errno, if that fails.
    [[nodiscard]] bool keep();

 private:
    std::string path_;
    std::string folder_;
    int descriptor_ = -1;
    bool named_ = false;  ///< from the beginning: the file system knows no files without a name
    bool kept_ = false;
};

/// Writes all of it, however the system divides it; false, with errno, on failure.
[[nodiscard]] bool write_all(int descriptor, const void* data, std::size_t size);

}  // namespace cli
