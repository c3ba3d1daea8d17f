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

bool verify_signature(const VerifyingKey& key, ByteView message, const Signature& signature) {
    return guarded("verifying with Ed25519", [&] {
        if (!has_canonical_scalar(signature)) return false;  // Botan 2 does not look
        const Botan::Ed25519_PublicKey point(std::vector<std::uint8_t>(key.begin(), key.end()));
        Botan::PK_Verifier verifier(point, pure);
        return verifier.verify_message(message.data(), message.size(), signature.data(), signature.size());
    });
}

}  // namespace myqsec::crypto
