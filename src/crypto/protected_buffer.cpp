#include "crypto/protected_buffer.hpp"

#include <new>

#include <sys/mman.h>

#include "crypto/secret.hpp"

namespace myqsec::crypto {

ProtectedBuffer::ProtectedBuffer(std::size_t size) {
    void* mapped = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) throw std::bad_alloc();
    data_ = static_cast<std::uint8_t*>(mapped);
    size_ = size;
    (void)::madvise(mapped, size, MADV_DONTDUMP);
    (void)::mlock(mapped, size);
}

ProtectedBuffer::~ProtectedBuffer() {
    if (data_ == nullptr) return;
    wipe(span());
    ::munmap(data_, size_);
}

}  // namespace myqsec::crypto
