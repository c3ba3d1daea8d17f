#include "crypto/container/container_stanza.hpp"

#include <algorithm>

#include <botan/auto_rng.h>
#include <botan/ecdh.h>
#include <botan/exceptn.h>
#include <botan/pubkey.h>
#include <botan/rsa.h>

#include "base/error.hpp"
#include "crypto/botan_errors.hpp"
#include "crypto/container/container_format.hpp"
#include "crypto/container/container_header.hpp"
#include "crypto/key_wrap.hpp"
#include "crypto/public_key/certificate_state.hpp"

namespace myqsec::crypto {

namespace format = container_format;
using format::StanzaType;

namespace {

std::optional<Secret> unwrap_one(const Stanza& stanza, const Identity& identity, ByteView salt) {
    switch (static_cast<StanzaType>(stanza.type)) {
        case StanzaType::local:
            if (!identity.wrapping_key || stanza.body.size() != wrapped_key_size) return {};
            return unwrap_key(*identity.wrapping_key, stanza.body);
        case StanzaType::rsa_oaep:
        case StanzaType::ecdh:
            if (!identity.private_key) return {};
            return unwrap_with_private_key(stanza, *identity.private_key, identity.certificate, salt);
    }
    return {};  // a type of a later version: for somebody else
}

}  // namespace

std::vector<Stanza> wrap_file_key(const Recipients& recipients, ByteView salt, const Secret& file_key) {
    std::vector<Stanza> stanzas;
    if (recipients.wrapping_key) {
        stanzas.push_back(
            {static_cast<std::uint16_t>(StanzaType::local), wrap_key(*recipients.wrapping_key, file_key)});
    }
    for (const Certificate& certificate : recipients.certificates) {
        stanzas.push_back(wrap_for_certificate(certificate, salt, file_key));
    }
    if (stanzas.empty()) fail(Status::ERR_INVALID_ARGUMENT, "a container needs at least one recipient");
    return stanzas;
}

std::optional<Secret> unwrap_file_key(const std::vector<Stanza>& stanzas, const Identity& identity,
                                      ByteView salt) {
    for (const Stanza& stanza : stanzas) {
        auto file_key = unwrap_one(stanza, identity, salt);
        if (file_key && file_key->size() == file_key_size) return file_key;
    }
    return {};
}

namespace {

constexpr std::size_t fingerprint_size = 32;

constexpr const char* oaep = "OAEP(SHA-256)";  // MGF1 with the same hash, empty label

std::size_t point_size(RecipientKey key) {
    return key == RecipientKey::ec_p256 ? 65 : 97;
}

StanzaType type_for(RecipientKey key) {
    return key == RecipientKey::rsa ? StanzaType::rsa_oaep : StanzaType::ecdh;
}

/// Both points and the fingerprint enter the derivation, so that a stanza serves one recipient and one
/// container only; the container's salt is HKDF's.
Secret ecdh_wrapping_key(const Botan::ECDH_PrivateKey& ours, ByteView theirs, ByteView ephemeral,
                         ByteView recipient, ByteView fingerprint, ByteView salt) {
    Botan::AutoSeeded_RNG rng;
    const Botan::PK_Key_Agreement agreement(ours, rng, "Raw");
    const auto shared =
        agreement.derive_key(0, std::vector<std::uint8_t>(theirs.begin(), theirs.end())).bits_of();
    const Bytes info =
        ByteWriter().raw(as_bytes(format::ecdh_label)).raw(ephemeral).raw(recipient).raw(fingerprint).take();
    return hkdf_sha256(ByteView(shared.data(), shared.size()), salt, info, 32);
}

Bytes wrap_rsa(const Botan::Public_Key& key, const Secret& file_key) {
    Botan::AutoSeeded_RNG rng;
    const Botan::PK_Encryptor_EME encryptor(key, rng, oaep);
    return encryptor.encrypt(file_key.view().data(), file_key.size(), rng);
}

/// A ciphertext is as long as the modulus (RFC 8017 §7.1.2 step 1b); Botan 2.19 takes it with zeros before
/// it, too.
std::optional<Secret> unwrap_rsa(const Botan::Private_Key& key, ByteView wrapped) {
    const auto& modulus = dynamic_cast<const Botan::RSA_PublicKey&>(key).get_n();
    if (wrapped.size() != modulus.bytes()) return {};
    Botan::AutoSeeded_RNG rng;
    const Botan::PK_Decryptor_EME decryptor(key, rng, oaep);
    const auto file_key = decryptor.decrypt(wrapped.data(), wrapped.size());
    return Secret(ByteView(file_key.data(), file_key.size()));
}

Bytes wrap_ecdh(const Botan::Public_Key& key, ByteView fingerprint, ByteView salt, const Secret& file_key) {
    const Botan::ECDH_PublicKey recipient_key(key.algorithm_identifier(), key.public_key_bits());
    const auto recipient = recipient_key.public_value();
    Botan::AutoSeeded_RNG rng;
    const Botan::ECDH_PrivateKey ephemeral_key(rng, recipient_key.domain());
    const auto ephemeral = ephemeral_key.public_value();
    const Secret wrapping_key =
        ecdh_wrapping_key(ephemeral_key, recipient, ephemeral, recipient, fingerprint, salt);
    return ByteWriter().raw(ephemeral).raw(wrap_key(wrapping_key, file_key)).take();
}

/// Botan refuses an ephemeral point that is not on the curve, which would leak the private key bit by bit.
std::optional<Secret> unwrap_ecdh(const Botan::Private_Key& key, RecipientKey kind, ByteView fingerprint,
                                  ByteView wrapped, ByteView salt) {
    if (wrapped.size() != point_size(kind) + wrapped_key_size) return {};
    const ByteView ephemeral = wrapped.first(point_size(kind));
    const Botan::ECDH_PrivateKey recipient_key(key.pkcs8_algorithm_identifier(), key.private_key_bits());
    const auto recipient = recipient_key.public_value();
    const Secret wrapping_key =
        ecdh_wrapping_key(recipient_key, ephemeral, ephemeral, recipient, fingerprint, salt);
    return unwrap_key(wrapping_key, wrapped.subspan(point_size(kind)));
}

}  // namespace

Stanza wrap_for_certificate(const Certificate& certificate, ByteView salt, const Secret& file_key) {
    return guarded("encrypting a file key to a certificate", [&] {
        const auto* key = certificate.state().key.get();
        const auto kind = key ? recipient_key(*key) : std::nullopt;
        if (!kind)
            fail(Status::ERR_INVALID_ARGUMENT,
                 "documents cannot be encrypted to this kind of certificate key");
        const Digest fingerprint = certificate.fingerprint();
        const Bytes wrapped = *kind == RecipientKey::rsa ? wrap_rsa(*key, file_key)
                                                         : wrap_ecdh(*key, fingerprint, salt, file_key);
        return Stanza{static_cast<std::uint16_t>(type_for(*kind)),
                      ByteWriter().raw(fingerprint).raw(wrapped).take()};
    });
}

std::optional<Secret> unwrap_with_private_key(const Stanza& stanza, const PrivateKey& key,
                                              const std::optional<Certificate>& certificate, ByteView salt) {
    const auto kind = recipient_key(*key.state().key);
    if (!kind || stanza.type != static_cast<std::uint16_t>(type_for(*kind))) return {};
    if (stanza.body.size() <= fingerprint_size) return {};
    const ByteView fingerprint = ByteView(stanza.body).first(fingerprint_size);
    const ByteView wrapped = ByteView(stanza.body).subspan(fingerprint_size);
    if (certificate && !std::ranges::equal(certificate->fingerprint(), fingerprint)) return {};
    return guarded("decrypting a file key with a private key", [&]() -> std::optional<Secret> {
        try {
            return *kind == RecipientKey::rsa
                       ? unwrap_rsa(*key.state().key, wrapped)
                       : unwrap_ecdh(*key.state().key, *kind, fingerprint, wrapped, salt);
        } catch (const Botan::System_Error&) {
            throw;  // it says nothing about the key
        } catch (const Botan::Exception&) {
            return {};  // not made for this key, or damaged
        }
    });
}

}  // namespace myqsec::crypto
