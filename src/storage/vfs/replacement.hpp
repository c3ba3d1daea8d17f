// A database made beside its place: file and log take it over so that a crash leaves the old ones, or both
// new ones.
#pragma once

#include <string>

#include "storage/pages/marks_file.hpp"

namespace myqsec::storage {

class Replacement {
 public:
    /// Removes what an earlier, unfinished one left.
    Replacement(Folder& folder, std::string_view name) : folder_(folder), name_(name) {
        discard(folder, file_name(), log_name());
    }

    [[nodiscard]] std::string file_name() const { return name_ + ".new"; }
    [[nodiscard]] std::string log_name() const { return file_name() + "-wal"; }

    /// Before the log gets its name: a log without its file looks as if it were to be taken over.
    void file_is_there() const { folder_.sync(); }

    /// Both are durable. Once the file has its name, an opening finishes the rest.
    void take_over() const {
        MarksFile::remove(folder_, name_);  // of a database that had the name before
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
            discard(folder, file, log);
        } else if (folder.exists(log)) {
            folder.rename(log, name + "-wal");
            folder.sync();
        }
    }

 private:
    /// The log goes for certain before the file does.
    static void discard(Folder& folder, const std::string& file, const std::string& log) {
        if (folder.remove(log)) folder.sync();
        if (folder.remove(file)) folder.sync();
    }

    Folder& folder_;
    std::string name_;
};

}  // namespace myqsec::storage
