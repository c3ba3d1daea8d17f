#include "abi/machinery/handle.hpp"

#include <deque>
#include <mutex>

#include "base/ranked_mutex.hpp"

namespace myqsec::abi {

namespace {

/// So many others end before a stub is used again: a stale handle is refused, and is not the next person's.
constexpr std::size_t resting_stubs = 1024;

class HandlePool {
 public:
    Handle* acquire() {
        const std::lock_guard guard(mutex_);
        if (free_ <= resting_stubs) return &handles_.emplace_back();
        auto* handle = first_;
        first_ = handle->next_free;
        handle->next_free = nullptr;
        --free_;
        return handle;
    }
    void release(Handle* handle) noexcept {
        const std::lock_guard guard(mutex_);
        (last_ ? last_->next_free : first_) = handle;
        last_ = handle;
        ++free_;
    }

 private:
    RankedMutex<std::mutex> mutex_{LockRank::innermost};
    std::deque<Handle> handles_;
    Handle* first_ = nullptr;
    Handle* last_ = nullptr;
    std::size_t free_ = 0;
};

// Never destroyed: a host may free handles from its own static destructors.
HandlePool& pool() {
    static auto& pool = *std::make_unique<HandlePool>().release();
    return pool;
}

[[noreturn]] void fail_stale(const char* noun) {
    fail(Status::ERR_INVALID_ARGUMENT, "the {} handle is not one, or was freed already", noun);
}

}  // namespace

Handle* acquire_handle(HandleKind kind, void* object) {
    auto* handle = pool().acquire();
    handle->object = object;
    handle->kind.store(kind, std::memory_order_release);
    return handle;
}

Handle* retire_handle(const void* pointer, HandleKind kind, const char* noun) {
    auto* handle = check_handle(pointer, kind, noun);
    if (!handle->kind.compare_exchange_strong(kind, HandleKind::none)) fail_stale(noun);
    return handle;
}

void release_handle(Handle* handle) noexcept {
    for (auto uses = handle->uses.load(); uses != 0; uses = handle->uses.load())
        handle->uses.wait(uses);
    handle->object = nullptr;
    pool().release(handle);
}

Handle* check_handle(const void* pointer, HandleKind kind, const char* noun) {
    if (!pointer) fail(Status::ERR_INVALID_ARGUMENT, "the {} handle is NULL", noun);
    const bool aligned = reinterpret_cast<std::uintptr_t>(pointer) % alignof(Handle) == 0;
    auto* handle = static_cast<Handle*>(const_cast<void*>(pointer));  // NOLINT: const is the C view of a list
    if (!aligned || handle->kind.load(std::memory_order_acquire) != kind) fail_stale(noun);
    return handle;
}

// Counted first, then looked at again: either this sees that the handle was retired, or whoever retired it
// sees the use and waits.
Handle* begin_use(const void* pointer, HandleKind kind, const char* noun) {
    auto* handle = check_handle(pointer, kind, noun);
    ++handle->uses;
    if (handle->kind.load() == kind) return handle;
    end_use(handle);
    fail_stale(noun);
}

void end_use(Handle* handle) noexcept {
    if (--handle->uses == 0) handle->uses.notify_all();
}

}  // namespace myqsec::abi
