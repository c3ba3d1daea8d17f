// Project Wycheproof's vectors for every primitive in use, through this layer's own functions where their
// parameters allow it. Where they don't, a case says so and takes Botan's function of the same name.
//
// Not here: XAES-256-GCM (C2SP's own vectors, known_answer_test.cpp) and Argon2id, of which Wycheproof has
// none.
#include <algorithm>

#include <botan/auto_rng.h>
#include <botan/block_cipher.h>
#include <botan/ecdh.h>
#include <botan/exceptn.h>
#include <botan/nist_keywrap.h>
#include <botan/pkcs8.h>
#include <botan/pubkey.h>
#include <botan/pwdhash.h>
#include <botan/version.h>
#include <botan/x509_key.h>
#include <fmt/format.h>

#include "base/error.hpp"
#include "crypto/container/container_format.hpp"
#include "crypto/container/container_stanza.hpp"
#include "crypto/hash.hpp"
#include "crypto/in_place_aead.hpp"
#include "crypto/key_wrap.hpp"
#include "crypto/public_key/certificate_state.hpp"
#include "crypto/public_key/signing.hpp"
#include "crypto/wycheproof.hpp"
#if __has_include("crypto/public_key/signing.hpp")
#endif

using namespace myqsec;
using namespace myqsec::crypto;
using namespace myqsec::test;
using container_format::StanzaType;

#define WYCHEPROOF_CASE(name) TEST_CASE(name* doctest::skip(without_wycheproof()))

namespace {

/// Botan's own exceptions are refusals where a case goes below this layer.
template <typename Call>
bool unless_botan_refuses(Call&& call) {
    try {
        return call();
    } catch (const Botan::Exception&) {
        return false;
    }
}

/// Null where a provider has not the algorithm.
struct Aead {
    std::unique_ptr<AeadSealing> sealing;
    std::unique_ptr<AeadOpening> opening;
};

Aead botan(std::string_view algorithm, const Vector& vector) {
    const Bytes key = bytes_of(vector, "key");
    return {botan_sealing(algorithm, key), botan_opening(algorithm, key)};
}

Aead openssl(std::string_view algorithm, const Vector& vector) {
    const Bytes key = bytes_of(vector, "key");
    return {openssl_sealing(algorithm, key), openssl_opening(algorithm, key)};
}

bool aead_agrees(const Aead& aead, const Vector& vector) {
    const Bytes nonce = bytes_of(vector, "iv");
    const Bytes associated = bytes_of(vector, "aad");
    const Bytes message = bytes_of(vector, "msg");
    const Bytes sealed = bytes_of(vector, "ct");
    Bytes tag = bytes_of(vector, "tag");
    tag.resize(aead_tag_size);  // of nonces that nothing can be sealed under, the vectors have none
    Bytes text = sealed;
    if (!aead.opening->open(nonce, associated, text, tag.data())) return false;
    CHECK(text == message);
    ByteArray<aead_tag_size> own_tag{};
    aead.sealing->seal(nonce, associated, text, own_tag.data());
    return text == sealed && std::ranges::equal(own_tag, tag);
}

bool kwp_agrees(const Secret& wrapping_key, const Bytes& wrapped, const Bytes& key) {
    const auto unwrapped = unwrap_key(wrapping_key, wrapped);
    return unwrapped && std::ranges::equal(unwrapped->view(), key) &&
           wrap_key(wrapping_key, Secret(key)) == wrapped;
}

bool botan_kwp_agrees(std::size_t bits, const Bytes& wrapping_key, const Bytes& wrapped, const Bytes& key) {
    return unless_botan_refuses([&] {
        const auto aes = Botan::BlockCipher::create_or_throw(fmt::format("AES-{}", bits));
        aes->set_key(wrapping_key.data(), wrapping_key.size());
        const auto unwrapped = Botan::nist_key_unwrap_padded(wrapped.data(), wrapped.size(), *aes);
        return std::ranges::equal(unwrapped, key) &&
               Botan::nist_key_wrap_padded(key.data(), key.size(), *aes) == wrapped;
    });
}

/// Decryption without a label is all that our interface offers.
bool oaep_agrees(const Vector& group, const Vector& vector) {
    const auto key = PrivateKey::parse(bytes_of(group, "privateKeyPkcs8"), "");
    Bytes body(32);  // the certificate's fingerprint: not asked for
    const Bytes sealed = bytes_of(vector, "ct");
    body.insert(body.end(), sealed.begin(), sealed.end());
    const auto opened =
        unwrap_with_private_key({static_cast<std::uint16_t>(StanzaType::rsa_oaep), body}, key, {}, {});
    const bool agrees = opened && std::ranges::equal(opened->view(), bytes_of(vector, "msg"));
    if (bytes_of(vector, "label").empty()) return agrees;
    CHECK_FALSE(opened);  // made with a label: not for us
    return vector.at("result") == "valid";
}

struct Curve {
    const char* name;
    std::size_t point_size;
};

/// A private key as documents' recipients have it: PKCS#8.
PrivateKey ec_private_key(const Curve& curve, const std::string& hex) {
    Botan::AutoSeeded_RNG rng;
#if BOTAN_VERSION_MAJOR >= 3
    const auto group = Botan::EC_Group::from_name(curve.name);
#else
    const Botan::EC_Group group{std::string(curve.name)};
#endif
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"  // by Botan 3.7; Botan 2 has no other
    const Botan::ECDH_PrivateKey key(rng, group, Botan::BigInt("0x" + hex));
#pragma GCC diagnostic pop
    return PrivateKey::parse(Botan::PKCS8::BER_encode(key), "");
}

/// Whether a stanza made from the vector's shared secret opens under the vector's private key. The stanza
/// holds the sender's point as it is, so that our code computes the secret anew.
bool stanza_opens(const PrivateKey& key, ByteView recipient, ByteView point, const Bytes& shared) {
    const Bytes fingerprint(32, 0x11);
    const Bytes salt(32, 0x22);
    const Secret file_key(Bytes(32, 0x33));
    const Bytes info = ByteWriter()
                           .raw(as_bytes(container_format::ecdh_label))
                           .raw(point)
                           .raw(recipient)
                           .raw(fingerprint)
                           .take();
    const Secret wrapping_key = hkdf_sha256(shared, salt, info, 32);
    const Bytes body = ByteWriter().raw(fingerprint).raw(point).raw(wrap_key(wrapping_key, file_key)).take();
    const auto opened =
        unwrap_with_private_key({static_cast<std::uint16_t>(StanzaType::ecdh), body}, key, {}, salt);
    return opened && std::ranges::equal(opened->view(), file_key.view());
}

Bytes public_point(const PrivateKey& key) {
    const Botan::ECDH_PrivateKey ours(key.state().key->pkcs8_algorithm_identifier(),
                                      key.state().key->private_key_bits());
    const auto point = ours.public_value();
    return {point.begin(), point.end()};
}

/// The certificate's parser sees the whole SubjectPublicKeyInfo, the stanza's reader the point alone.
bool ecdh_agrees(const Curve& curve, const Vector& vector) {
    const Bytes encoded = bytes_of(vector, "public");
    const Bytes shared = bytes_of(vector, "shared");
    const auto key = ec_private_key(curve, vector.at("private").get<std::string>());
    return unless_botan_refuses([&] {
#if BOTAN_VERSION_MAJOR >= 3
        const auto theirs = Botan::X509::load_key(encoded);
#else
        const std::unique_ptr<Botan::Public_Key> theirs(Botan::X509::load_key(encoded));
#endif
        const auto kind = recipient_key(*theirs);
        if (!kind || theirs->algo_name() == "RSA") return false;
        const auto* ec_key = dynamic_cast<const Botan::EC_PublicKey*>(theirs.get());
        Bytes point(ec_key->public_key_bits());  // uncompressed, whatever form it came in
        if (point.size() != curve.point_size) return false;
        return stanza_opens(key, public_point(key), point, shared);
    });
}

/// The reader of stanzas takes any bytes for a point: those of an invalid vector must be refused.
bool point_is_refused(const Curve& curve, const Vector& vector) {
    const Bytes encoded = bytes_of(vector, "public");
    if (encoded.size() < curve.point_size) return true;
    const auto key = ec_private_key(curve, vector.at("private").get<std::string>());
    const ByteView point = ByteView(encoded).last(curve.point_size);
    return !stanza_opens(key, public_point(key), point, bytes_of(vector, "shared"));
}

void check_ecdh(const std::string& file, const Curve& curve) {
    check_wycheproof(file, [&](const Vector&, const Vector& vector) {
        // A wrong curve with a right point is the parser's to refuse; only the point itself is the reader's.
        const auto& flags = vector.at("flags");
        const bool bad_point = std::ranges::any_of(flags, [](const auto& flag) {
            return flag == "InvalidCurveAttack" || flag == "ModifiedPublicPoint";
        });
        if (bad_point) CHECK(point_is_refused(curve, vector));
        return ecdh_agrees(curve, vector);
    });
}

bool signature_verifies(const Vector& group, const Vector& vector, const char* scheme,
                        Botan::Signature_Format format) {
    return unless_botan_refuses([&] {
        const Bytes encoded = bytes_of(group, "publicKeyDer");
        const Bytes message = bytes_of(vector, "msg");
        const Bytes signature = bytes_of(vector, "sig");
#if BOTAN_VERSION_MAJOR >= 3
        const auto key = Botan::X509::load_key(encoded);
#else
        const std::unique_ptr<Botan::Public_Key> key(Botan::X509::load_key(encoded));
#endif
        Botan::PK_Verifier verifier(*key, scheme, format);
        return verifier.verify_message(message, signature);
    });
}

#if BOTAN_VERSION_MAJOR >= 3
constexpr auto der_signature = Botan::Signature_Format::DerSequence;
constexpr auto plain_signature = Botan::Signature_Format::Standard;
#else
constexpr auto der_signature = Botan::DER_SEQUENCE;
constexpr auto plain_signature = Botan::IEEE_1363;
#endif

bool ed25519_verifies(const Vector& group, const Vector& vector, std::span<const std::uint8_t, 64> bytes) {
    VerifyingKey key{};
    Signature signature{};
    std::ranges::copy(bytes_of(group.at("publicKey"), "pk"), key.begin());
    std::ranges::copy(bytes, signature.begin());
    return verify_signature(key, bytes_of(vector, "msg"), signature);
}

}  // namespace

WYCHEPROOF_CASE("AES-GCM opens and seals as Wycheproof says") {
    check_wycheproof("aes_gcm_test.json", [](const Vector& group, const Vector& vector) {
        return aead_agrees(botan(fmt::format("AES-{}/GCM", group.at("keySize").get<int>()), vector), vector);
    });
}

WYCHEPROOF_CASE("AES-256-GCM through OpenSSL opens and seals as Wycheproof says, of nonces of 12 bytes") {
    if (!openssl_sealing(aes_256_gcm, Bytes(32))) {
        std::puts("skipped: this build has no libcrypto");
        return;
    }
    std::size_t taken = 0;
    check_wycheproof("aes_gcm_test.json", [&](const Vector& group, const Vector& vector) {
        if (group.at("keySize") != 256) return vector.at("result") == "valid";  // Botan's case has them
        const Aead aead = openssl(aes_256_gcm, vector);
        if (group.at("ivSize") == 96) {
            ++taken;
            return aead_agrees(aead, vector);
        }
        CHECK_THROWS_AS((void)aead_agrees(aead, vector), Error);  // never read past a short one
        return vector.at("result") == "valid";
    });
    std::printf("of these, %zu by OpenSSL\n", taken);
    CHECK(taken > 50);
}

WYCHEPROOF_CASE("ChaCha20-Poly1305 opens and seals as Wycheproof says") {
    check_wycheproof("chacha20_poly1305_test.json", [](const Vector&, const Vector& vector) {
        return aead_agrees(botan(chacha20_poly1305, vector), vector);
    });
}

WYCHEPROOF_CASE("XChaCha20-Poly1305 opens and seals as Wycheproof says") {
    check_wycheproof("xchacha20_poly1305_test.json", [](const Vector&, const Vector& vector) {
        return aead_agrees(botan(chacha20_poly1305, vector), vector);
    });
}

WYCHEPROOF_CASE("AES-256-KWP wraps and unwraps as Wycheproof says; AES-128 and AES-192 in Botan do too") {
    check_wycheproof("aes_kwp_test.json", [](const Vector& group, const Vector& vector) {
        const auto bits = group.at("keySize").get<std::size_t>();
        const Bytes wrapping_key = bytes_of(vector, "key");
        const Bytes wrapped = bytes_of(vector, "ct");
        const Bytes key = bytes_of(vector, "msg");
        if (bits == 256) return kwp_agrees(Secret(wrapping_key), wrapped, key);
        return botan_kwp_agrees(bits, wrapping_key, wrapped, key);
    });
}

WYCHEPROOF_CASE("HKDF-SHA-256 derives what Wycheproof says") {
    check_wycheproof("hkdf_sha256_test.json", [](const Vector&, const Vector& vector) {
        const auto derived = hkdf_sha256(bytes_of(vector, "ikm"), bytes_of(vector, "salt"),
                                         bytes_of(vector, "info"), vector.at("size").get<std::size_t>());
        return std::ranges::equal(derived.view(), bytes_of(vector, "okm"));
    });
}

WYCHEPROOF_CASE("HMAC-SHA-256 yields what Wycheproof says") {
    check_wycheproof("hmac_sha256_test.json", [](const Vector& group, const Vector& vector) {
        const auto mac = hmac_sha256(bytes_of(vector, "key"), bytes_of(vector, "msg"));
        const Bytes tag = bytes_of(vector, "tag");
        CHECK(tag.size() == group.at("tagSize").get<std::size_t>() / 8);
        return equal_constant_time(ByteView(mac).first(tag.size()), tag);
    });
}

WYCHEPROOF_CASE("documents to RSA certificates open as Wycheproof says of RSA-OAEP, and never with a label") {
    for (const int bits : {2048, 3072, 4096})
        check_wycheproof(fmt::format("rsa_oaep_{}_sha256_mgf1sha256_test.json", bits), oaep_agrees);
}

WYCHEPROOF_CASE("documents to P-256 certificates open as Wycheproof says of ECDH") {
    check_ecdh("ecdh_secp256r1_test.json", {"secp256r1", 65});
}

WYCHEPROOF_CASE("documents to P-384 certificates open as Wycheproof says of ECDH") {
    check_ecdh("ecdh_secp384r1_test.json", {"secp384r1", 97});
}

// Botan's, which signs certificates and opens encrypted private keys for us.
WYCHEPROOF_CASE("ECDSA verifies as Wycheproof says") {
    check_wycheproof("ecdsa_secp256r1_sha256_test.json", [](const Vector& group, const Vector& vector) {
        return signature_verifies(group, vector, "EMSA1(SHA-256)", der_signature);
    });
    check_wycheproof("ecdsa_secp384r1_sha384_test.json", [](const Vector& group, const Vector& vector) {
        return signature_verifies(group, vector, "EMSA1(SHA-384)", der_signature);
    });
}

WYCHEPROOF_CASE("PBKDF2-HMAC-SHA-256 derives what Wycheproof says") {
    check_wycheproof("pbkdf2_hmacsha256_test.json", [](const Vector&, const Vector& vector) {
        const Bytes password = bytes_of(vector, "password");
        const Bytes salt = bytes_of(vector, "salt");
        Bytes derived(vector.at("dkLen").get<std::size_t>());
        Botan::PasswordHashFamily::create_or_throw("PBKDF2(SHA-256)")
            ->from_params(vector.at("iterationCount").get<std::size_t>())
            ->derive_key(derived.data(), derived.size(), as_text(password).data(), password.size(),
                         salt.data(), salt.size());
        return derived == bytes_of(vector, "dk");
    });
}

WYCHEPROOF_CASE("Ed25519 verifies as Wycheproof says") {
    check_wycheproof("ed25519_test.json", [](const Vector& group, const Vector& vector) {
        const Bytes signature = bytes_of(vector, "sig");
        if (signature.size() != 64) return false;  // our interfaces take nothing else
        return ed25519_verifies(group, vector, ByteView(signature).first<64>());
    });
}

WYCHEPROOF_CASE("nothing disagrees with Wycheproof") {
    std::printf("Wycheproof in all: %zu vectors, %zu disagreements\n", wycheproof_total().vectors,
                wycheproof_total().disagreements);
    CHECK(wycheproof_total().disagreements == 0);
}
