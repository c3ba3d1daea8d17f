// The memory of another process, as a core dump would have it, searched for secrets.
#pragma once

#include <algorithm>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "base/bytes.hpp"

namespace myqsec::test {

/// What a search has found of one secret.
struct Sighting {
    int dumped = 0;    ///< where core dumps look
    int undumped = 0;  ///< in memory marked MADV_DONTDUMP
};

/// A copy of all that a process can read of its own, except what is mapped from files and cannot change.
class MemoryImage {
 public:
    explicit MemoryImage(pid_t process) {
        const auto base = "/proc/" + std::to_string(process);
        const int memory = ::open((base + "/mem").c_str(), O_RDONLY | O_CLOEXEC);
        if (memory < 0) throw std::runtime_error("/proc/PID/mem cannot be read");
        std::ifstream maps(base + "/smaps");
        std::uint64_t begin = 0, end = 0;
        bool readable = false;
        for (std::string line; std::getline(maps, line);) {
            unsigned long long from = 0, to = 0;
            char rights[5] = {};
            if (std::sscanf(line.c_str(), "%llx-%llx %4s", &from, &to, rights) == 3) {
                begin = from;
                end = to;
                readable = rights[0] == 'r' && line.find("[v") == std::string::npos;  // vvar, vsyscall
            } else if (line.starts_with("VmFlags:") && readable) {
                take(memory, begin, end, line.find(" dd") != std::string::npos);
            }
        }
        ::close(memory);
    }

    [[nodiscard]] Sighting find(std::string_view secret) const {
        Sighting seen;
        for (const auto& region : regions_) {
            for (auto at = region.bytes.find(secret); at != std::string::npos;
                 at = region.bytes.find(secret, at + 1))
                ++(region.undumped ? seen.undumped : seen.dumped);
        }
        return seen;
    }
    [[nodiscard]] std::size_t size() const {
        std::size_t out = 0;
        for (const auto& region : regions_)
            out += region.bytes.size();
        return out;
    }

 private:
    struct Region {
        std::string bytes;
        bool undumped;
    };

    void take(int memory, std::uint64_t begin, std::uint64_t end, bool undumped) {
        std::string bytes(end - begin, '\0');
        const auto got = ::pread(memory, bytes.data(), bytes.size(), static_cast<off_t>(begin));
        if (got <= 0) return;
        bytes.resize(static_cast<std::size_t>(got));
        regions_.push_back({std::move(bytes), undumped});
    }

    std::vector<Region> regions_;
};

}  // namespace myqsec::test
