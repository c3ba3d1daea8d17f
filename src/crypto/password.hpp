// Argon2id (RFC 9106): stretching of passwords and passphrases. Parameters travel with each use.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "crypto/secret.hpp"

namespace myqsec::crypto {

struct Argon2Parameters {
    std::uint32_t memory_kib = 65536;  ///< 8 … 2^21
    std::uint32_t iterations = 3;      ///< 1 … 1000
    std::uint32_t lanes = 1;           ///< 1 … 16

    /// What opening a keystore may cost: 1 GiB, and as many passes as write 4 GiB, some seconds. One that
    /// asks for more was altered, for none is written.
    [[nodiscard]] constexpr bool fit_a_keystore() const {
        return memory_kib <= 1U << 20 && std::uint64_t{memory_kib} * iterations <= 1U << 22;
    }
    static constexpr Argon2Parameters server() { return {65536, 3, 1}; }
    static constexpr Argon2Parameters firmware() { return {7168, 5, 1}; }
    bool operator==(const Argon2Parameters&) const = default;
};

/// At most two derivations run at once in a process; further callers wait. Throws ERR_OUT_OF_MEMORY,
/// ERR_CORRUPT for parameters out of range (they come from stored data).
[[nodiscard]] Secret argon2id(ByteView password, ByteView salt, const Argon2Parameters& parameters,
                              std::size_t size);

/// A password verifier: version 1 ‖ parameters ‖ salt 16 ‖ HMAC-SHA-256(pepper, Argon2id output) 32.
/// `pepper` is a keystore key, so that a stolen database alone allows no guessing.
[[nodiscard]] Bytes make_password_verifier(std::string_view password, const Secret& pepper,
                                           const Argon2Parameters& parameters);

/// Constant-time comparison. An empty verifier does the same work and answers false: an account without
/// a password takes as long as one with a wrong password.
[[nodiscard]] bool check_password(std::string_view password, const Secret& pepper, ByteView verifier,
                                  const Argon2Parameters& decoy);

}  // namespace myqsec::crypto
