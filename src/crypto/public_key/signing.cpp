#include "crypto/public_key/signing.hpp"

#include <algorithm>

#include <botan/auto_rng.h>
#include <botan/ed25519.h>
#include <botan/pubkey.h>

#include "crypto/botan_errors.hpp"

namespace myqsec::crypto {

namespace {

constexpr const char* pure = "Pure";  // the message itself is signed, not its hash

Botan::Ed25519_PrivateKey from_seed(const Secret& seed) {
    if (seed.size() != 32) fail(Status::ERR_INTERNAL, "an Ed25519 seed has 32 bytes, not {}", seed.size());
    return Botan::Ed25519_PrivateKey(
        Botan::secure_vector<std::uint8_t>(seed.view().begin(), seed.view().end()));
}

}  // namespace

struct SigningKey::State {
    explicit State(const Secret& seed) : key(from_seed(seed)), signer(key, rng, pure) {
        std::ranges::copy(key.public_key_bits(), verifying_key.begin());
    }
    Botan::AutoSeeded_RNG rng;  // Botan's interface asks for one; Ed25519 draws nothing from it
    Botan::Ed25519_PrivateKey key;
    Botan::PK_Signer signer;
    VerifyingKey verifying_key{};
};

SigningKey::SigningKey(const Secret& seed)
    : state_(guarded("Ed25519", [&] { return std::make_unique<State>(seed); })) {}
SigningKey::SigningKey(SigningKey&&) noexcept = default;
SigningKey& SigningKey::operator=(SigningKey&&) noexcept = default;
SigningKey::~SigningKey() = default;

const VerifyingKey& SigningKey::verifying_key() const {
    return state_->verifying_key;
}

Signature SigningKey::sign(ByteView message) {
    return guarded("signing with Ed25519", [&] {
        const auto made = state_->signer.sign_message(message.data(), message.size(), state_->rng);
        Signature signature{};
        if (made.size() != signature.size()) fail(Status::ERR_INTERNAL, "an Ed25519 signature of wrong size");
        std::ranges::copy(made, signature.begin());
        return signature;
    });
}

bool is_sound_key(const VerifyingKey& key) {
    constexpr std::uint8_t sign = 0x80;
    auto y = key;
    y.back() &= static_cast<std::uint8_t>(~sign);
    VerifyingKey prime;  // 2^255 - 19, little-endian
    prime.fill(0xFF);
    prime.front() = 0xED;
    prime.back() = 0x7F;
    auto minus_one = prime;
    minus_one.front() -= 1;
    // The y of the eight points of the curve whose order divides 8: 0, 1, -1 and these two.
    constexpr VerifyingKey order_8[] = {
        {0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0,
         0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05},
        {0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f,
         0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a}};
    const bool canonical = std::lexicographical_compare(y.rbegin(), y.rend(), prime.rbegin(), prime.rend());
    return canonical && y != VerifyingKey{0} && y != VerifyingKey{1} && y != minus_one && y != order_8[0] &&
           y != order_8[1];
}

bool verify_signature(const VerifyingKey& key, ByteView message, const Signature& signature) {
    return guarded("verifying with Ed25519", [&] {
        if (!is_sound_key(key) || !has_canonical_scalar(signature)) return false;  // Botan 2 does not look
        const Botan::Ed25519_PublicKey point(std::vector<std::uint8_t>(key.begin(), key.end()));
        Botan::PK_Verifier verifier(point, pure);
        return verifier.verify_message(message.data(), message.size(), signature.data(), signature.size());
    });
}

}  // namespace myqsec::crypto
