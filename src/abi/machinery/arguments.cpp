#include "abi/machinery/arguments.hpp"

#include <algorithm>

#include "myqsec/base.h"

namespace myqsec::abi {

namespace {

constexpr std::size_t longest_pem = std::size_t{1} << 20;
constexpr std::size_t longest_long_text = std::size_t{1} << 20;

std::string_view terminated(const char* value, const char* name, std::size_t limit) {
    required(value, name);
    const auto size = ::strnlen(value, limit + 1);
    if (size > limit) fail(Status::ERR_INVALID_ARGUMENT, "{} is longer than {} bytes", name, limit);
    return {value, size};
}

// C0, DEL, and C1 as UTF-8 has it (C2 80 … C2 9F).
bool has_control_characters(std::string_view text, Characters characters) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (characters == Characters::lines && (byte == '\n' || byte == '\t')) continue;
        if (byte < 0x20 || byte == 0x7F) return true;
        if (byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0)
            return true;
    }
    return false;
}

}  // namespace

void fail_null(const char* name) {
    fail(Status::ERR_INVALID_ARGUMENT, "{} is NULL", name);
}

std::string_view text(const char* value, const char* name, Characters characters) {
    const auto out = terminated(value, name, longest_text);
    if (!is_utf8(out)) fail(Status::ERR_INVALID_ARGUMENT, "{} is not valid UTF-8", name);
    if (has_control_characters(out, characters)) {
        fail(Status::ERR_INVALID_ARGUMENT, "{} holds control characters", name);
    }
    return out;
}

std::optional<std::string_view> optional_text(const char* value, const char* name, Characters characters) {
    if (!value) return std::nullopt;
    return text(value, name, characters);
}

std::optional<std::string> optional_string(const char* value, const char* name) {
    if (!value) return std::nullopt;
    return std::string(text(value, name));
}

std::string_view text_or_empty(const char* value, const char* name) {
    return value ? text(value, name) : std::string_view();
}

std::string directory_of(const char* value, const char* name) {
    std::string path(text(value, name));
    if (path.empty()) fail(Status::ERR_INVALID_ARGUMENT, "{} is empty", name);
    return path;
}

std::string_view raw_text(const char* value) {
    return value ? std::string_view(value, ::strnlen(value, longest_text)) : std::string_view();
}

std::string_view long_text(const char* value, const char* name) {
    const auto out = terminated(value, name, longest_long_text);
    if (!is_utf8(out)) fail(Status::ERR_INVALID_ARGUMENT, "{} is not valid UTF-8", name);
    return out;
}

ByteView pem(const char* value, const char* name) {
    return as_bytes(terminated(value, name, longest_pem));
}

ByteView bytes(const void* data, std::size_t length, const char* name) {
    if (length == 0) return {};
    return {static_cast<const std::uint8_t*>(&required(static_cast<const std::uint8_t*>(data), name)),
            length};
}

ByteSpan room(void* data, std::size_t length, const char* name) {
    if (length == 0) return {};
    return {&required(static_cast<std::uint8_t*>(data), name), length};
}

void copy_struct(const void* from, void* to, KnownSizes known, const char* name) {
    std::uint32_t given_size = 0;
    std::memcpy(&given_size, from, sizeof given_size);
    if (given_size < known.first || given_size > largest_struct) {
        fail(Status::ERR_INVALID_ARGUMENT, "struct_size of {} is {}; initialise it with the …_INIT macro",
             name, given_size);
    }
    const std::size_t shared = std::min<std::size_t>(given_size, known.now);
    const ByteView unknown(static_cast<const std::uint8_t*>(from) + shared, given_size - shared);
    if (std::any_of(unknown.begin(), unknown.end(), [](std::uint8_t byte) { return byte != 0; })) {
        fail(Status::ERR_INVALID_ARGUMENT, "{} uses fields that this version of the library does not know",
             name);
    }
    std::memcpy(to, from, shared);
}

void check_reserved(bool is_initial, const char* name) {
    if (!is_initial) {
        fail(Status::ERR_INVALID_ARGUMENT,
             "the reserved field of {} is in use; initialise it with the …_INIT macro", name);
    }
}

bool yes_or_no(std::uint32_t value, const char* name) {
    if (value > 1) fail(Status::ERR_INVALID_ARGUMENT, "{} must be 0 or 1", name);
    return value == 1;
}

std::optional<Instant> optional_instant(std::int64_t value, const char* name) {
    if (value == 0) return std::nullopt;
    if (value < 0) fail(Status::ERR_INVALID_ARGUMENT, "{} must be an instant, or 0 for none", name);
    return from_milliseconds(value);
}

std::optional<bool> optional_flag(std::int32_t value, const char* name) {
    if (value == MYQSEC_UNCHANGED) return std::nullopt;
    if (value != MYQSEC_YES && value != MYQSEC_NO)
        fail(Status::ERR_INVALID_ARGUMENT, "{} must be MYQSEC_YES, MYQSEC_NO, or 0 to leave it", name);
    return value == MYQSEC_YES;
}

std::optional<std::int64_t> optional_amount(std::int64_t value, const char* name) {
    if (value == 0) return std::nullopt;
    if (value < -1)
        fail(Status::ERR_INVALID_ARGUMENT, "{} must be at least 1, -1 for none, or 0 to leave it", name);
    return value == -1 ? 0 : value;
}

std::optional<Duration> optional_duration(std::int64_t value, const char* name) {
    const auto amount = optional_amount(value, name);
    if (!amount) return std::nullopt;
    return Duration(*amount);
}

void check_room(const char* buffer, std::size_t* length, std::size_t needed, const char* name) {
    const auto given = required(length, "the length of a buffer");
    if (given > 0) required(buffer, name);
    *length = needed;
    if (given < needed) fail(Status::ERR_BUFFER_TOO_SMALL, "the buffer for {} needs {} bytes", name, needed);
}

void write_text(std::string_view text, char* buffer, std::size_t* length, const char* name) {
    check_room(buffer, length, text.size() + 1, name);
    std::memcpy(buffer, text.data(), text.size());
    buffer[text.size()] = '\0';
}

}  // namespace myqsec::abi
