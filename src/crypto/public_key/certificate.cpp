#include "crypto/public_key/certificate.hpp"

#include <algorithm>

#include <botan/data_src.h>
#include <botan/ecc_key.h>
#include <botan/pkix_types.h>
#include <botan/rsa.h>
#include <botan/version.h>

#include "base/error.hpp"
#include "crypto/botan_errors.hpp"
#include "crypto/public_key/certificate_state.hpp"

namespace myqsec::crypto {

namespace {

constexpr std::size_t largest_certificate = 65536;

/// A chain or bundle is refused rather than read in part: the administrator would not know which one counts.
bool only_space_left(Botan::DataSource& source) {
    std::uint8_t byte = 0;
    while (source.read_byte(byte) == 1) {
        if (byte != ' ' && byte != '\t' && byte != '\r' && byte != '\n') return false;
    }
    return true;
}

Instant to_instant(const Botan::X509_Time& time) {
    return Instant(std::chrono::duration_cast<Duration>(
        std::chrono::seconds(static_cast<std::int64_t>(time.time_since_epoch()))));
}

bool usage_allows(const Botan::X509_Certificate& certificate, RecipientKey key) {
#if BOTAN_VERSION_MAJOR >= 3
    const auto needed = key == RecipientKey::rsa ? Botan::Key_Constraints::KeyEncipherment
                                                 : Botan::Key_Constraints::KeyAgreement;
#else
    const auto needed = key == RecipientKey::rsa ? Botan::KEY_ENCIPHERMENT : Botan::KEY_AGREEMENT;
#endif
    return certificate.allowed_usage(needed);
}

}  // namespace

Certificate Certificate::parse(ByteView pem_or_der) {
    if (pem_or_der.size() > largest_certificate)
        fail(Status::ERR_INVALID_ARGUMENT, "the certificate is too large");
    return guarded(Status::ERR_INVALID_ARGUMENT, "reading the certificate (X.509, PEM or DER)", [&] {
        Botan::DataSource_Memory source(pem_or_der.data(), pem_or_der.size());
        auto state = std::make_shared<State>();
        state->certificate = Botan::X509_Certificate(source);
        if (!only_space_left(source)) {
            fail(Status::ERR_INVALID_ARGUMENT, "there is more than one certificate; give exactly one");
        }
#if BOTAN_VERSION_MAJOR >= 3
        state->key = state->certificate.subject_public_key();
#else
        state->key = state->certificate.load_subject_public_key();
#endif
        return Certificate(std::move(state));
    });
}

Digest Certificate::fingerprint() const {
    return sha256(der());
}

Bytes Certificate::der() const {
    return guarded("encoding a certificate", [&] { return Bytes(state_->certificate.BER_encode()); });
}

std::string Certificate::pem() const {
    return guarded("encoding a certificate", [&] { return state_->certificate.PEM_encode(); });
}

std::string Certificate::subject_name() const {
    return guarded("reading a certificate's subject",
                   [&] { return state_->certificate.subject_dn().to_string(); });
}

Instant Certificate::not_before() const {
    return guarded("reading a certificate's dates",
                   [&] { return to_instant(state_->certificate.not_before()); });
}

Instant Certificate::not_after() const {
    return guarded("reading a certificate's dates",
                   [&] { return to_instant(state_->certificate.not_after()); });
}

void Certificate::check_recipient(Instant now) const {
    if (now < not_before()) fail(Status::ERR_INVALID_ARGUMENT, "the certificate is not valid yet");
    if (now > not_after()) fail(Status::ERR_INVALID_ARGUMENT, "the certificate has expired");
    const auto key = recipient_key(*state_->key);
    if (!key) {
        fail(
            Status::ERR_INVALID_ARGUMENT,
            "the certificate's key cannot be used: RSA of at least 2048 bits or EC P-256 or P-384 is needed");
    }
    if (!usage_allows(state_->certificate, *key)) {
        fail(Status::ERR_INVALID_ARGUMENT, "the certificate's key usage does not allow {}",
             *key == RecipientKey::rsa ? "key encipherment" : "key agreement");
    }
}

namespace {

constexpr std::size_t smallest_rsa_bits = 2048;
constexpr std::size_t largest_rsa_bits =
    8192;  ///< past this, one stanza would take a header slot's better part

std::optional<RecipientKey> curve_of(const Botan::EC_PublicKey& key) {
    const std::string curve = key.domain().get_curve_oid().to_string();
    if (curve == "1.2.840.10045.3.1.7") return RecipientKey::ec_p256;
    if (curve == "1.3.132.0.34") return RecipientKey::ec_p384;
    return {};
}

}  // namespace

std::optional<RecipientKey> recipient_key(const AnyKey& key) {
    if (key.algo_name() == "RSA") {
        const std::size_t bits = dynamic_cast<const Botan::RSA_PublicKey&>(key).get_n().bits();
        if (bits < smallest_rsa_bits || bits > largest_rsa_bits) return {};
        return RecipientKey::rsa;
    }
    // id-ecPublicKey (RFC 5480) does not say what the key is for; Botan reads it as ECDSA.
    if (key.algo_name() == "ECDSA" || key.algo_name() == "ECDH") {
        return curve_of(dynamic_cast<const Botan::EC_PublicKey&>(key));
    }
    return {};
}

}  // namespace myqsec::crypto
