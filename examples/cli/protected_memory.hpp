// Memory for secrets and documents, which neither the swap space nor a core dump gets to see.
#pragma once

#include <cstddef>
#include <new>
#include <utility>

#include <string.h>
#include <sys/mman.h>

namespace cli {

/// Zero at first, wiped when it goes. Where the system locks no more memory, it is still left out of core
/// dumps.
class ProtectedMemory {
 public:
    ProtectedMemory() = default;
    explicit ProtectedMemory(std::size_t size)
        : data_(static_cast<char*>(
              ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))),
          size_(size) {
        if (data_ == MAP_FAILED) throw std::bad_alloc();
        (void)::madvise(data_, size_, MADV_DONTDUMP);
        (void)::mlock(data_, size_);
    }
    ProtectedMemory(ProtectedMemory&& other) noexcept
        : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
    ProtectedMemory& operator=(ProtectedMemory&& other) noexcept {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        return *this;
    }
    ProtectedMemory(const ProtectedMemory&) = delete;
    ProtectedMemory& operator=(const ProtectedMemory&) = delete;
    ~ProtectedMemory() {
        if (data_ == nullptr) return;
        ::explicit_bzero(data_, size_);
        ::munmap(data_, size_);
    }

    [[nodiscard]] char* data() const { return data_; }
    [[nodiscard]] std::size_t size() const { return size_; }

 private:
    char* data_ = nullptr;
    std::size_t size_ = 0;
};

}  // namespace cli
