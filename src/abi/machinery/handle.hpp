// Opaque handles. A handle is a small stub from a pool whose memory is never given back, so that one that was
// freed, or is of another type, is recognised without touching freed memory.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "base/error.hpp"

namespace myqsec::abi {

/// Magic numbers: a stub in the pool has none of them.
enum class HandleKind : std::uint32_t {
    none = 0,
    engine = 0x6d71656e,
    session = 0x6d717365,
    list = 0x6d716c69,
    job_writer = 0x6d716a77,
    job_reader = 0x6d716a72,
    release = 0x6d71726c,
};

struct Handle {
    std::atomic<HandleKind> kind = HandleKind::none;
    void* object = nullptr;
    Handle* next_free = nullptr;
    std::atomic<std::uint32_t> uses = 0;  ///< calls under way, of handles that threads share
};

/// Throws std::bad_alloc.
[[nodiscard]] Handle* acquire_handle(HandleKind kind, void* object);
/// As check_handle; the handle is none from then on. Of two threads one succeeds.
[[nodiscard]] Handle* retire_handle(const void* handle, HandleKind kind, const char* noun);
/// One that was retired. Waits for the calls that use it. Stubs are used again in the order in which they
/// were released, and not before many others were, so that a stale handle stays recognisable for long.
void release_handle(Handle* handle) noexcept;
/// Throws ERR_INVALID_ARGUMENT, naming `noun`, unless it is a live handle of that kind.
[[nodiscard]] Handle* check_handle(const void* handle, HandleKind kind, const char* noun);

/// As check_handle, of a handle that threads share: it is not released before end_use().
[[nodiscard]] Handle* begin_use(const void* handle, HandleKind kind, const char* noun);
void end_use(Handle* handle) noexcept;

/// Specialised for each opaque type: `Object` behind it, `kind`, `noun` for error messages.
template <class Opaque>
struct HandleType;

template <class Opaque>
using ObjectOf = typename HandleType<Opaque>::Object;

template <class Opaque>
ObjectOf<Opaque>& object_of(const Opaque* opaque) {
    using Type = HandleType<Opaque>;
    return *static_cast<ObjectOf<Opaque>*>(check_handle(opaque, Type::kind, Type::noun)->object);
}

/// A call on a handle that threads share.
template <class Opaque>
class HandleUse {
 public:
    explicit HandleUse(const Opaque* opaque)
        : handle_(begin_use(opaque, HandleType<Opaque>::kind, HandleType<Opaque>::noun)) {}
    HandleUse(const HandleUse&) = delete;
    HandleUse& operator=(const HandleUse&) = delete;
    ~HandleUse() { end_use(handle_); }

    [[nodiscard]] ObjectOf<Opaque>& object() const {
        return *static_cast<ObjectOf<Opaque>*>(handle_->object);
    }

 private:
    Handle* handle_;
};

template <class Opaque>
Opaque* new_handle(std::unique_ptr<ObjectOf<Opaque>> object) {
    auto* handle = acquire_handle(HandleType<Opaque>::kind, object.get());
    static_cast<void>(object.release());
    return reinterpret_cast<Opaque*>(handle);
}

/// Ends the handle; the object is the caller's to destroy. `last` takes it while calls that use the handle
/// may still be under way and no other can begin; they are over when this returns.
template <class Opaque, class Last>
std::unique_ptr<ObjectOf<Opaque>> take_object(Opaque* opaque, Last&& last) {
    using Type = HandleType<Opaque>;
    auto* handle = retire_handle(opaque, Type::kind, Type::noun);
    std::unique_ptr<ObjectOf<Opaque>> object(static_cast<ObjectOf<Opaque>*>(handle->object));
    last(*object);
    release_handle(handle);
    return object;
}
template <class Opaque>
std::unique_ptr<ObjectOf<Opaque>> take_object(Opaque* opaque) {
    return take_object(opaque, [](ObjectOf<Opaque>&) {});
}

}  // namespace myqsec::abi
