#include "crypto/self_test/self_test.hpp"

#include <algorithm>
#include <mutex>
#include <numeric>

#include "base/error.hpp"
#include "crypto/container/container_format.hpp"
#include "crypto/container/container_stanza.hpp"
#include "crypto/hash.hpp"
#include "crypto/in_place_aead.hpp"
#include "crypto/key_wrap.hpp"
#include "crypto/page_cipher.hpp"
#include "crypto/password.hpp"
#include "crypto/public_key/signing.hpp"
#include "crypto/random.hpp"
#include "crypto/self_test/known_answers.hpp"
#include "crypto/self_test/known_answers_public_key.hpp"

namespace myqsec::crypto {

namespace answers = known_answers;

namespace {

void expect(bool good, std::string_view primitive) {
    if (!good) fail(Status::ERR_SELF_TEST, "the self-test of {} failed; nothing may be trusted", primitive);
}

bool is(ByteView bytes, std::string_view hex) {
    return to_hex(bytes) == hex;
}

void test_hashes() {
    expect(is(sha256(as_bytes("abc")), answers::sha256_abc), "SHA-256");
    expect(is(hmac_sha256(as_bytes("Jefe"), as_bytes(answers::hmac_text)), answers::hmac_jefe),
           "HMAC-SHA-256");
    const Secret derived = hkdf_sha256(from_hex(answers::hkdf_key), from_hex(answers::hkdf_salt),
                                       from_hex(answers::hkdf_info), answers::hkdf_output.size() / 2);
    expect(is(derived.view(), answers::hkdf_output), "HKDF-SHA-256");
}

/// Seals to the known answer, opens it again, and refuses it with one bit changed.
void test_aead(std::string_view name, std::string_view algorithm, ByteView key, ByteView nonce,
               ByteView associated, ByteView text, std::string_view sealed) {
    Bytes buffer(text.begin(), text.end());
    buffer.resize(text.size() + aead_tag_size);
    const ByteSpan body = ByteSpan(buffer).first(text.size());
    std::uint8_t* tag = body.data() + body.size();
    AeadSealer(algorithm, key).seal(nonce, associated, body, tag);
    expect(is(buffer, sealed), name);

    AeadOpener opener(algorithm, key);
    Bytes altered = buffer;
    altered[0] ^= 1;
    const ByteSpan altered_body = ByteSpan(altered).first(text.size());
    expect(!opener.open(nonce, associated, altered_body, altered_body.data() + altered_body.size()), name);
    expect(opener.open(nonce, associated, body, tag) && std::ranges::equal(body, text), name);
}

void test_ciphers() {
    test_aead("AES-256-GCM", aes_256_gcm, from_hex(answers::gcm_key), from_hex(answers::gcm_nonce),
              from_hex(answers::gcm_associated), from_hex(answers::gcm_text), answers::gcm_sealed);
    test_aead("XChaCha20-Poly1305", chacha20_poly1305, from_hex(answers::xchacha_key),
              from_hex(answers::xchacha_nonce), from_hex(answers::xchacha_associated),
              as_bytes(answers::xchacha_text), answers::xchacha_sealed);

    ByteArray<24> nonce{};
    std::ranges::copy(as_bytes(answers::xaes_nonce), nonce.begin());
    const Secret subkey = xaes_256_gcm_subkey(Secret(Bytes(32, 1)), nonce);
    test_aead("XAES-256-GCM", aes_256_gcm, subkey.view(), ByteView(nonce).subspan(12), {},
              as_bytes(answers::xaes_text), answers::xaes_sealed);
}

void test_key_wrap() {
    Secret key(32);
    std::iota(key.span().begin(), key.span().end(), std::uint8_t{0});
    Secret wrapping_key(32);
    for (std::size_t i = 0; i < 32; ++i)
        wrapping_key.span()[i] = static_cast<std::uint8_t>(255 - i);
    const Bytes wrapped = wrap_key(wrapping_key, key);
    expect(is(wrapped, answers::kwp_wrapped), "AES-256-KWP");
    const auto unwrapped = unwrap_key(wrapping_key, wrapped);
    expect(unwrapped && equal_constant_time(unwrapped->view(), key.view()), "AES-256-KWP");
    expect(!unwrap_key(key, wrapped), "AES-256-KWP");
}

void test_password() {
    const Secret output = argon2id(as_bytes("password"), as_bytes("somesalt"), {256, 2, 1}, 32);
    expect(is(output.view(), answers::argon2id_output), "Argon2id");
}

/// Opens a stanza made earlier, and refuses it with one bit changed.
void test_stanza(std::string_view name, container_format::StanzaType type, std::string_view key,
                 std::string_view body) {
    const Bytes encoded = from_hex(key);
    const PrivateKey private_key = PrivateKey::parse(encoded, "");
    const Bytes salt(32, answers::stanza_salt_byte);
    Stanza stanza{static_cast<std::uint16_t>(type), from_hex(body)};
    const auto file_key = unwrap_with_private_key(stanza, private_key, {}, salt);
    expect(file_key && equal_constant_time(file_key->view(), Bytes(32, answers::stanza_file_key_byte)), name);
    stanza.body.back() ^= 1;
    expect(!unwrap_with_private_key(stanza, private_key, {}, salt), name);
}

void test_stanzas() {
    using container_format::StanzaType;
    test_stanza("ECDH on P-256", StanzaType::ecdh, answers::ecdh_private_key, answers::ecdh_stanza);
    test_stanza("RSA-OAEP", StanzaType::rsa_oaep, answers::rsa_private_key, answers::rsa_stanza);
}

void test_signing() {
    SigningKey key{Secret(from_hex(answers::ed25519_seed))};
    expect(is(key.verifying_key(), answers::ed25519_key), "Ed25519");
    const auto message = from_hex(answers::ed25519_message);
    auto signature = key.sign(message);
    expect(is(signature, answers::ed25519_signature), "Ed25519");
    expect(verify_signature(key.verifying_key(), message, signature), "Ed25519");
    signature.front() ^= 1;
    expect(!verify_signature(key.verifying_key(), message, signature), "Ed25519");
}

/// Catches a generator that is stuck; its quality is the system's and Botan's matter.
void test_random() {
    expect(random_array<32>() != random_array<32>(), "the random generator");
}

void test_secret_keys() {
    test_hashes();
    test_ciphers();
    test_key_wrap();
    test_password();
    test_random();
}

void test_public_keys() {
    test_stanzas();
    test_signing();
}

}  // namespace

void self_test() {
    self_test_without_public_keys();
    static std::once_flag done;  // set only by a run that did not throw
    std::call_once(done, test_public_keys);
}

void self_test_without_public_keys() {
    static std::once_flag done;
    std::call_once(done, test_secret_keys);
}

}  // namespace myqsec::crypto
