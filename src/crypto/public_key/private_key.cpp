#include <string>

#include <botan/auto_rng.h>
#include <botan/data_src.h>
#include <botan/ecdsa.h>
#include <botan/pem.h>
#include <botan/pkcs8.h>
#include <botan/rsa.h>
#include <botan/version.h>
#include <botan/x509self.h>

#include "base/error.hpp"
#include "crypto/botan_errors.hpp"
#include "crypto/public_key/certificate.hpp"
#include "crypto/public_key/certificate_state.hpp"

namespace myqsec::crypto {

namespace {

constexpr std::size_t pbkdf_iterations = 600'000;
constexpr std::size_t largest_key = 65536;

/// A string for Botan's interfaces that is wiped like a Secret.
struct WipedString {
    explicit WipedString(std::string_view from) : text(from) {}
    explicit WipedString(std::string&& from) : text(std::move(from)) {}
    WipedString(const WipedString&) = delete;
    WipedString& operator=(const WipedString&) = delete;
    ~WipedString() { wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()}); }
    std::string text;
};

/// EncryptedPrivateKeyInfo (RFC 5958 §3) starts with a SEQUENCE where PrivateKeyInfo (§2) has the INTEGER
/// version.
bool is_encrypted(ByteView der) {
    constexpr std::uint8_t sequence = 0x30;
    if (der.size() < 2 || der[0] != sequence) return false;
    const std::size_t length_bytes = der[1] < 0x80 ? 1U : 1U + (der[1] & 0x7FU);
    return der.size() > 1 + length_bytes && der[1 + length_bytes] == sequence;
}

Secret to_der(ByteView pem_or_der) {
    constexpr std::uint8_t sequence = 0x30;
    if (!pem_or_der.empty() && pem_or_der[0] == sequence) return Secret(pem_or_der);
    Botan::DataSource_Memory source(pem_or_der.data(), pem_or_der.size());
    std::string label;
    const auto der = Botan::PEM_Code::decode(source, label);
    if (label != "PRIVATE KEY" && label != "ENCRYPTED PRIVATE KEY") {
        fail(Status::ERR_INVALID_ARGUMENT, "the private key is not in the PKCS#8 form");
    }
    return Secret(ByteView(der.data(), der.size()));
}

std::shared_ptr<PrivateKey::State> state_with(std::unique_ptr<Botan::Private_Key> key) {
    auto state = std::make_shared<PrivateKey::State>();
    state->key = std::move(key);
    return state;
}

std::unique_ptr<Botan::Private_Key> generate_ec(std::string_view curve, Botan::RandomNumberGenerator& rng) {
#if BOTAN_VERSION_MAJOR >= 3
    return std::make_unique<Botan::ECDSA_PrivateKey>(rng, Botan::EC_Group::from_name(curve));
#else
    return std::make_unique<Botan::ECDSA_PrivateKey>(rng, Botan::EC_Group(std::string(curve)));
#endif
}

}  // namespace

PrivateKey PrivateKey::parse(ByteView pem_or_der, std::string_view passphrase) {
    if (pem_or_der.size() > largest_key) fail(Status::ERR_INVALID_ARGUMENT, "the private key is too large");
    const Secret der = guarded(Status::ERR_INVALID_ARGUMENT, "reading the private key (PKCS#8, PEM or DER)",
                               [&] { return to_der(pem_or_der); });
    Botan::DataSource_Memory source(der.view().data(), der.size());
    if (!is_encrypted(der.view())) {
        return guarded(Status::ERR_INVALID_ARGUMENT, "reading the private key (PKCS#8, PEM or DER)",
                       [&] { return PrivateKey(state_with(Botan::PKCS8::load_key(source))); });
    }
    if (passphrase.empty())
        fail(Status::ERR_WRONG_KEY, "the private key is encrypted and needs its passphrase");
    return guarded(Status::ERR_WRONG_KEY, "opening the private key with the passphrase given", [&] {
        const WipedString password(passphrase);
        return PrivateKey(state_with(Botan::PKCS8::load_key(source, password.text)));
    });
}

PrivateKey PrivateKey::generate(CertificateKey kind) {
    return guarded("generating a key pair", [&] {
        Botan::AutoSeeded_RNG rng;
        switch (kind) {
            case CertificateKey::rsa_3072:
                return PrivateKey(state_with(std::make_unique<Botan::RSA_PrivateKey>(rng, 3072)));
            case CertificateKey::ecdsa_p256:
                return PrivateKey(state_with(generate_ec("secp256r1", rng)));
            case CertificateKey::ecdsa_p384:
                return PrivateKey(state_with(generate_ec("secp384r1", rng)));
        }
        fail(Status::ERR_INVALID_ARGUMENT, "unknown kind of certificate key {}", static_cast<int>(kind));
    });
}

Secret PrivateKey::pem(std::string_view passphrase) const {
    return guarded("encoding a private key", [&] {
        if (passphrase.empty()) {
            const WipedString plain(Botan::PKCS8::PEM_encode(*state_->key));
            return Secret(as_bytes(plain.text));
        }
        Botan::AutoSeeded_RNG rng;
        const WipedString password(passphrase);
        return Secret(as_bytes(Botan::PKCS8::PEM_encode_encrypted_pbkdf_iter(
            *state_->key, rng, password.text, pbkdf_iterations, "AES-256/CBC", "SHA-256")));
    });
}

Certificate PrivateKey::self_signed(std::string_view common_name, Instant not_before,
                                    Instant not_after) const {
    return guarded(Status::ERR_INVALID_ARGUMENT, "making a self-signed certificate", [&] {
        // No key usage extension: the same certificate may receive documents and identify the device.
        Botan::X509_Cert_Options options;
        options.common_name = std::string(common_name);
        options.start =
            Botan::X509_Time(std::chrono::system_clock::time_point(not_before.time_since_epoch()));
        options.end = Botan::X509_Time(std::chrono::system_clock::time_point(not_after.time_since_epoch()));
        Botan::AutoSeeded_RNG rng;
        const auto certificate = Botan::X509::create_self_signed_cert(options, *state_->key, "SHA-256", rng);
        return Certificate::parse(certificate.BER_encode());
    });
}

bool PrivateKey::belongs_to(const Certificate& certificate) const {
    return guarded("comparing a private key with a certificate", [&] {
        const Botan::Public_Key& theirs = *certificate.state().key;
#if BOTAN_VERSION_MAJOR >= 3
        const auto ours = state_->key->public_key();
        return ours->algo_name() == theirs.algo_name() && ours->public_key_bits() == theirs.public_key_bits();
#else
        const Botan::Public_Key& ours = *state_->key;
        return ours.algo_name() == theirs.algo_name() && ours.public_key_bits() == theirs.public_key_bits();
#endif
    });
}

}  // namespace myqsec::crypto
