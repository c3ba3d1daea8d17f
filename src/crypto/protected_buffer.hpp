// Memory for documents on their way: larger than what the pool behind Secret gives out.
#pragma once

#include <utility>

#include "base/bytes.hpp"

namespace myqsec::crypto {

/// Zero at first. Left out of core dumps, locked as far as the system allows, wiped when it goes. A mapping
/// of its own each: for a few, which live long or are large.
class ProtectedBuffer {
 public:
    ProtectedBuffer() = default;
    explicit ProtectedBuffer(std::size_t size);
    ProtectedBuffer(ProtectedBuffer&& other) noexcept
        : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
    ProtectedBuffer& operator=(ProtectedBuffer&& other) noexcept {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        return *this;
    }
    ProtectedBuffer(const ProtectedBuffer&) = delete;
    ProtectedBuffer& operator=(const ProtectedBuffer&) = delete;
    ~ProtectedBuffer();

    [[nodiscard]] ByteSpan span() { return {data_, size_}; }
    [[nodiscard]] ByteView view() const { return {data_, size_}; }
    [[nodiscard]] std::size_t size() const { return size_; }

 private:
    std::uint8_t* data_ = nullptr;
    std::size_t size_ = 0;
};

}  // namespace myqsec::crypto
