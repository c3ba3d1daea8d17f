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
};

/// Throws std::bad_alloc.
[[nodiscard]] Handle* acquire_handle(HandleKind kind, void* object);
/// Stubs are used again in the order in which they were released, so that a stale handle stays recognisable
/// for long.
void release_handle(Handle* handle) noexcept;
/// Throws ERR_INVALID_ARGUMENT, naming `noun`, unless it is a live handle of that kind.
[[nodiscard]] Handle* check_handle(const void* handle, HandleKind kind, const char* noun);

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

template <class Opaque>
Opaque* new_handle(std::unique_ptr<ObjectOf<Opaque>> object) {
    auto* handle = acquire_handle(HandleType<Opaque>::kind, object.get());
    static_cast<void>(object.release());
    return reinterpret_cast<Opaque*>(handle);
}

/// Ends the handle; the object is the caller's to destroy.
template <class Opaque>
std::unique_ptr<ObjectOf<Opaque>> take_object(Opaque* opaque) {
    using Type = HandleType<Opaque>;
    auto* handle = check_handle(opaque, Type::kind, Type::noun);
    std::unique_ptr<ObjectOf<Opaque>> object(static_cast<ObjectOf<Opaque>*>(handle->object));
    release_handle(handle);
    return object;
}

}  // namespace myqsec::abi
