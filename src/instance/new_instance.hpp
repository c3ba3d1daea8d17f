// Making an instance: what happens to files before there is one.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/folder.hpp"
#include "base/process.hpp"

namespace myqsec::instance {

struct OpenedFolder {
    std::unique_ptr<Folder> folder;
    bool made = false;
};

/// Missing or there. ERR_NOT_FOUND if its parent is missing.
[[nodiscard]] OpenedFolder open_or_make_folder(const std::string& path);

/// A missing or empty directory in which an instance is made. Unless keep() is called, what was made there is
/// removed, but by no forked child.
class NewInstance {
 public:
    /// ERR_NOT_FOUND if its parent is missing.
    explicit NewInstance(const std::string& directory);
    NewInstance(const NewInstance&) = delete;
    NewInstance& operator=(const NewInstance&) = delete;
    ~NewInstance();

    /// Makes the files, of which the keystore is the last.
    void make(const std::function<void(Folder&)>& work);
    void keep() { kept_ = true; }

 private:
    void remove_what_was_made() noexcept;

    std::string directory_;
    OpenedFolder opened_;
    bool was_empty_;
    bool keystore_is_ours_ = false;
    bool kept_ = false;
    OwningProcess process_;
};

}  // namespace myqsec::instance
