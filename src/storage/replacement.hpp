// A database made beside its place: file and log take it over so that a crash leaves the old ones, or both new ones.
#pragma once

#include <string>

#include "base/folder.hpp"

namespace myqsec::storage {

class Replacement {
 public:
    /// Removes what an earlier, unfinished one left.
    Replacement(Folder& folder, std::string_view name) : folder_(folder), name_(name) {
        folder_.remove(log_name());
        folder_.remove(file_name());
    }

    [[nodiscard]] std::string file_name() const { return name_ + ".new"; }
    [[nodiscard]] std::string log_name() const { return file_name() + "-wal"; }

    /// Both are durable. Once the file has its name, an opening finishes the rest.
    void take_over() const {
        folder_.sync();
        folder_.rename(file_name(), name_);
        folder_.sync();
        folder_.rename(log_name(), name_ + "-wal");
        folder_.sync();
    }

    /// What a crash in take_over() left is finished; what one before it left is removed.
    static void finish(Folder& folder, const std::string& name) {
        const std::string file = name + ".new";
        const std::string log = file + "-wal";
        if (folder.exists(file)) {
            folder.remove(log);
            folder.remove(file);
        } else if (folder.exists(log)) {
            folder.rename(log, name + "-wal");
            folder.sync();
        }
    }

 private:
    Folder& folder_;
    std::string name_;
};

}  // namespace myqsec::storage
