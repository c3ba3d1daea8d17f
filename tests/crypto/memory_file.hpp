// A File in memory, with its bytes open to the test, and sinks that collect.
#pragma once

#include <algorithm>
#include <functional>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/folder.hpp"
#include "base/status_of.hpp"

namespace myqsec::test {

class MemoryFile final : public File {
 public:
    MemoryFile() = default;
    explicit MemoryFile(Bytes initial) : bytes(std::move(initial)) {}

    std::size_t read_at(std::uint64_t offset, ByteSpan into) override {
        if (offset >= bytes.size()) return 0;
        const std::size_t size = std::min(into.size(), bytes.size() - static_cast<std::size_t>(offset));
        std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(offset), size, into.begin());
        return size;
    }
    void write_at(std::uint64_t offset, ByteView from) override {
        if (before_write) before_write(offset, from);
        if (bytes.size() < offset + from.size()) bytes.resize(static_cast<std::size_t>(offset) + from.size());
        std::copy(from.begin(), from.end(), bytes.begin() + static_cast<std::ptrdiff_t>(offset));
    }
    [[nodiscard]] std::uint64_t size() override { return bytes.size(); }
    void truncate(std::uint64_t size) override { bytes.resize(static_cast<std::size_t>(size)); }
    void sync() override {
        if (before_sync) before_sync();
    }
    bool try_lock() override { return true; }

    Bytes bytes;
    std::function<void(std::uint64_t offset, ByteView from)> before_write;
    std::function<void()> before_sync;
};

class CollectingSink final : public ByteSink {
 public:
    void write(ByteView from) override { bytes.insert(bytes.end(), from.begin(), from.end()); }
    void finish() override { finished = true; }

    Bytes bytes;
    bool finished = false;
};

}  // namespace myqsec::test
