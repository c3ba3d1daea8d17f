// A value that a test shares with the processes it forks, and reads after it has killed them.
#pragma once

#include <new>

#include <doctest/doctest.h>
#include <sys/mman.h>

namespace myqsec::test {

template <typename Value>
class SharedMemory {
 public:
    SharedMemory() {
        void* const memory =
            ::mmap(nullptr, sizeof(Value), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        REQUIRE(memory != MAP_FAILED);
        value_ = new (memory) Value{};
    }
    ~SharedMemory() { ::munmap(value_, sizeof(Value)); }
    SharedMemory(const SharedMemory&) = delete;
    SharedMemory& operator=(const SharedMemory&) = delete;
    Value& operator*() const { return *value_; }
    Value* operator->() const { return value_; }

 private:
    Value* value_;
};

}  // namespace myqsec::test
