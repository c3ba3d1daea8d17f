// Key material: memory that is locked where the system allows it and wiped when released.
#pragma once

#include <string>

#include <botan/secmem.h>

#include "base/bytes.hpp"

namespace myqsec::crypto {

/// Bytes that must not outlive their use. Movable; copies are made only by name, through clone().
class Secret {
 public:
    Secret() = default;
    explicit Secret(std::size_t size) : bytes_(size) {}
    explicit Secret(ByteView bytes) : bytes_(bytes.begin(), bytes.end()) {}
    Secret(Secret&&) noexcept = default;
    Secret& operator=(Secret&&) noexcept = default;
    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;
    ~Secret() = default;

    [[nodiscard]] Secret clone() const { return Secret(view()); }
    [[nodiscard]] ByteView view() const { return {bytes_.data(), bytes_.size()}; }
    [[nodiscard]] ByteSpan span() { return {bytes_.data(), bytes_.size()}; }
    [[nodiscard]] std::size_t size() const { return bytes_.size(); }
    [[nodiscard]] bool empty() const { return bytes_.empty(); }

 private:
    Botan::secure_vector<std::uint8_t> bytes_;
};

/// Wipes memory in a way the compiler keeps.
void wipe(ByteSpan bytes) noexcept;

/// The text's bytes, which are wiped where they were.
[[nodiscard]] Secret take_secret(std::string&& text);

/// Compares in time that depends on the lengths only; false when they differ.
[[nodiscard]] bool equal_constant_time(ByteView a, ByteView b) noexcept;

}  // namespace myqsec::crypto
