// The files of an instance behind the library's back: to read, alter, copy and put back.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include "base/fault_folder.hpp"

namespace myqsec::test {

inline std::string read_file(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

inline void write_file(const std::filesystem::path& path, const std::string& contents) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << contents;
}

/// Contents by path within the instance.
using InstanceFiles = std::map<std::string, std::string>;

/// As a kill would leave them, if the instance is open.
inline InstanceFiles copy_instance(const std::filesystem::path& instance) {
    InstanceFiles files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(instance)) {
        if (!entry.is_regular_file()) continue;
        files.emplace(entry.path().lexically_relative(instance).string(), read_file(entry.path()));
    }
    return files;
}

/// Puts a closed instance back to what it was.
inline void restore_instance(const std::filesystem::path& instance, const InstanceFiles& files) {
    for (const auto& [name, contents] : copy_instance(instance)) {
        if (!files.contains(name)) std::filesystem::remove(instance / name);
    }
    for (const auto& [name, contents] : files)
        write_file(instance / name, contents);
}

/// Thousands of rounds that lose no power need no disk to wait for.
inline std::unique_ptr<Folder> without_syncs(std::unique_ptr<Folder> folder) {
    return std::make_unique<FaultFolder>(std::move(folder), std::make_shared<FaultPlan>());
}

}  // namespace myqsec::test
