// Bytes, views of them, byte order, bounds-checked reading and writing of binary formats, and what bytes flow
// into.
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace myqsec {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;
using ByteSpan = std::span<std::uint8_t>;
template <std::size_t N>
using ByteArray = std::array<std::uint8_t, N>;

inline ByteView as_bytes(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline Bytes copy_of(ByteView bytes) {
    return {bytes.begin(), bytes.end()};
}
inline std::string_view as_text(ByteView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// All integers of our formats are big-endian, unless a format's page says otherwise.
template <std::unsigned_integral T>
constexpr T load_be(const std::uint8_t* from) {
    T value = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i)
        value = static_cast<T>((value << 8) | from[i]);
    return value;
}
template <std::unsigned_integral T>
constexpr void store_be(std::uint8_t* to, T value) {
    for (std::size_t i = sizeof(T); i-- > 0;) {
        to[i] = static_cast<std::uint8_t>(value);
        value = static_cast<T>(value >> 8);
    }
}

std::string to_hex(ByteView bytes);

/// Throws ERR_INVALID_ARGUMENT for anything but an even number of hexadecimal digits.
Bytes from_hex(std::string_view hex);

/// Well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms, at most U+10FFFF).
bool is_utf8(std::string_view text) noexcept;

/// Appends big-endian integers and length-prefixed fields to a buffer.
class ByteWriter {
 public:
    template <std::unsigned_integral T>
    ByteWriter& integer(T value) {
        bytes_.resize(bytes_.size() + sizeof(T));
        store_be<T>(bytes_.data() + bytes_.size() - sizeof(T), value);
        return *this;
    }
    ByteWriter& raw(ByteView bytes) {
        bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
        return *this;
    }
    /// Room for so many bytes in all, so that they are not moved while they are written.
    ByteWriter& reserve(std::size_t size) {
        bytes_.reserve(size);
        return *this;
    }
    /// A 32-bit length, then the bytes.
    ByteWriter& field(ByteView bytes) { return integer(static_cast<std::uint32_t>(bytes.size())).raw(bytes); }

    [[nodiscard]] const Bytes& bytes() const { return bytes_; }
    Bytes take() { return std::move(bytes_); }

 private:
    Bytes bytes_;
};

/// Reads what ByteWriter writes. Reading past the end throws ERR_CORRUPT and names what was being read.
class ByteReader {
 public:
    ByteReader(ByteView bytes, std::string_view what) : rest_(bytes), what_(what) {}

    template <std::unsigned_integral T>
    T integer() {
        return load_be<T>(raw(sizeof(T)).data());
    }
    ByteView raw(std::size_t size);
    ByteView field() { return raw(integer<std::uint32_t>()); }
    template <std::size_t N>
    ByteArray<N> array() {
        ByteArray<N> out;
        const auto from = raw(N);
        std::copy(from.begin(), from.end(), out.begin());
        return out;
    }

    [[nodiscard]] bool empty() const { return rest_.empty(); }
    [[nodiscard]] std::size_t remaining() const { return rest_.size(); }
    /// Throws ERR_CORRUPT unless everything was read.
    void expect_end() const;

 private:
    ByteView rest_;
    std::string_view what_;
};

/// The pipeline everything flows through: bytes move one way, each stage owns or refers to the next. A stage
/// holds bounded memory whatever the stream's size. Splits of the input never change the output.
class ByteSink {
 public:
    virtual ~ByteSink() = default;

    /// Throws to abort the whole pipeline; after that neither write nor finish may be called again.
    virtual void write(ByteView bytes) = 0;

    /// Called once, after the last write; only then is the stream complete.
    virtual void finish() = 0;
};

}  // namespace myqsec
