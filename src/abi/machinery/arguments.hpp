// Reading what C callers pass: pointers, texts, sized structs, buffers, identifiers. All throw
// ERR_INVALID_ARGUMENT and name the parameter.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/id.hpp"
#include "crypto/secret.hpp"

namespace myqsec::abi {

inline constexpr std::size_t longest_text = 65536;
inline constexpr std::uint32_t largest_struct = 4096;

[[noreturn]] void fail_null(const char* name);

template <class T>
T& required(T* pointer, const char* name) {
    if (!pointer) fail_null(name);
    return *pointer;
}

/// An out-parameter, set to zero so that it is defined whatever happens.
template <class T>
T& output(T* pointer, const char* name) {
    auto& out = required(pointer, name);
    out = T{};
    return out;
}

enum class Characters : std::uint8_t {
    printable,  ///< no control characters
    lines,      ///< line feeds and tabs are allowed too
};

/// UTF-8 of at most `longest_text` bytes; never reads further than that.
[[nodiscard]] std::string_view text(const char* value, const char* name,
                                    Characters characters = Characters::printable);
/// None for NULL.
[[nodiscard]] std::optional<std::string_view> optional_text(const char* value, const char* name,
                                                            Characters characters = Characters::printable);
[[nodiscard]] std::optional<std::string> optional_string(const char* value, const char* name);
/// "" for NULL.
[[nodiscard]] std::string_view text_or_empty(const char* value, const char* name);
/// A folder's path: text, and not "".
[[nodiscard]] std::string directory_of(const char* value, const char* name);
/// Whatever bytes they are, for who cleans them; "" for NULL. Cut to 64 KiB.
[[nodiscard]] std::string_view raw_text(const char* value);
/// UTF-8 of at most 1 MiB; its parser judges what stands in it.
[[nodiscard]] std::string_view long_text(const char* value, const char* name);
/// PEM: NUL-terminated, of at most 1 MiB; its parser judges the contents.
[[nodiscard]] ByteView pem(const char* value, const char* name);

[[nodiscard]] ByteView bytes(const void* data, std::size_t length, const char* name);
/// Room to write to; NULL is allowed for no room at all.
[[nodiscard]] ByteSpan room(void* data, std::size_t length, const char* name);

struct KnownSizes {
    std::size_t first;  ///< of the struct's first version: a smaller one is a mistake
    std::size_t now;    ///< bytes of a later version must be zero
};
void copy_struct(const void* from, void* to, KnownSizes known, const char* name);

/// The size of a struct's first release. One that grows later is given its own, and is read with its initial
/// value.
template <class Struct>
inline constexpr std::size_t first_size = sizeof(Struct);

/// A copy of a struct that begins with struct_size. What an older caller does not have is as in `initial`.
template <class Struct>
Struct read_struct(const Struct* given, const Struct& initial, const char* name) {
    static_assert(std::is_trivially_copyable_v<Struct> &&
                  std::is_same_v<decltype(Struct::struct_size), std::uint32_t>);
    required(given, name);
    Struct copy = initial;
    copy_struct(given, &copy, {first_size<Struct>, sizeof copy}, name);
    return copy;
}
/// The same of one that has never grown.
template <class Struct>
Struct read_struct(const Struct* given, const char* name) {
    static_assert(first_size<Struct> == sizeof(Struct));
    return read_struct(given, Struct{}, name);
}
/// The same of an array's element. A caller who knows a later version has larger ones: the first says how
/// large each is.
template <class Struct>
Struct read_element(const Struct* array, std::size_t index, const char* name) {
    const std::size_t size = array->struct_size;
    const auto* element =
        reinterpret_cast<const Struct*>(reinterpret_cast<const std::uint8_t*>(array) + index * size);
    if (size % alignof(Struct) != 0 || (index > 0 && element->struct_size != size))
        fail(Status::ERR_INVALID_ARGUMENT, "each struct_size of {} must be the same, that of its type", name);
    return read_struct(element, name);
}
/// As initialised by `initial` if NULL.
template <class Struct>
Struct read_struct_or(const Struct* given, const Struct& initial, const char* name) {
    return given ? read_struct(given, initial, name) : initial;
}

void check_reserved(bool is_initial, const char* name);

/// An identifier that must name something.
template <class T>
T id(std::int64_t value, const char* name) {
    if (value <= 0) fail(Status::ERR_INVALID_ARGUMENT, "{} must be an id, which is at least 1", name);
    return T(value);
}
/// 0 names nothing.
template <class T>
T optional_id(std::int64_t value, const char* name) {
    if (value < 0) fail(Status::ERR_INVALID_ARGUMENT, "{} must be an id, or 0 for none", name);
    return T(value);
}

/// 0 or 1.
[[nodiscard]] bool yes_or_no(std::uint32_t value, const char* name);
/// None for 0.
[[nodiscard]] std::optional<Instant> optional_instant(std::int64_t value, const char* name);

/// A myqsec_choice.
[[nodiscard]] std::optional<bool> optional_flag(std::int32_t value, const char* name);
/// 0 leaves it as it is, -1 is none.
[[nodiscard]] std::optional<std::int64_t> optional_amount(std::int64_t value, const char* name);
[[nodiscard]] std::optional<Duration> optional_duration(std::int64_t value, const char* name);

/// The caller's buffer rule, for text: throws ERR_BUFFER_TOO_SMALL, with *length set to what is needed.
void check_room(const char* buffer, std::size_t* length, std::size_t needed, const char* name);
void write_text(std::string_view text, char* buffer, std::size_t* length, const char* name);

/// A secret that was generated for one person must not stay in memory that others may be given.
struct Wiped {
    explicit Wiped(std::string& text) : text_(text) {}
    Wiped(const Wiped&) = delete;
    Wiped& operator=(const Wiped&) = delete;
    ~Wiped() { crypto::wipe({reinterpret_cast<std::uint8_t*>(text_.data()), text_.size()}); }

 private:
    std::string& text_;
};

}  // namespace myqsec::abi
