#include "crypto/public_key/certificate.hpp"

#include <botan/ecc_key.h>
#include <botan/pem.h>
#include <botan/rsa.h>

#include "base/error.hpp"
#include "crypto/botan_errors.hpp"
#include "crypto/public_key/certificate_state.hpp"
#include "crypto/public_key/der.hpp"
#include "crypto/public_key/pem.hpp"

namespace myqsec::crypto {

namespace {

constexpr std::size_t largest_certificate = 65536;

/// By its form alone: a SEQUENCE of what is signed, an algorithm and a signature.
bool looks_like_a_certificate(ByteView der_bytes) {
    try {
        DerReader parts(DerReader(der_bytes).take(der::sequence));
        (void)parts.take(der::sequence);
        (void)parts.take(der::sequence);
        (void)parts.take(der::bit_string);
        return parts.empty();
    } catch (const Error&) {
        return false;
    }
}

/// A chain or bundle is refused rather than read in part: the administrator would not know which one counts.
Bytes the_one_certificate(ByteView file) {
    if (!file.empty() && file[0] == der::sequence) {
        if (!looks_like_a_certificate(file)) refuse_file(file, "certificate");
        return copy_of(file);
    }
    const PemBlock* found = nullptr;
    const auto blocks = read_pem(file);
    for (const auto& block : blocks) {
        if (block.is_private_key()) {
            fail(Status::ERR_INVALID_ARGUMENT,
                 "a private key is in the same file: keep it to its owner, and give the certificate alone");
        }
        if (!block.is_certificate()) continue;
        if (found) {
            fail(Status::ERR_INVALID_ARGUMENT,
                 "the file holds more than one certificate, such as a chain: give the recipient's alone");
        }
        found = &block;
    }
    if (!found) refuse_file(file, "certificate");
    return copy_of(found->der().view());
}

}  // namespace

Certificate Certificate::parse(ByteView pem_or_der) {
    if (pem_or_der.size() > largest_certificate)
        fail(Status::ERR_INVALID_ARGUMENT, "the certificate is too large");
    return guarded(Status::ERR_INVALID_ARGUMENT, "reading the certificate (X.509, PEM or DER)", [&] {
        auto state = std::make_shared<State>();
        read_certificate(the_one_certificate(pem_or_der), *state);
        return Certificate(std::move(state));
    });
}

std::vector<Certificate> Certificate::parse_all(ByteView pem) {
    std::vector<Certificate> out;
    for (const auto& block : read_pem(pem))
        out.push_back(parse(as_bytes(block.text)));
    if (out.empty()) refuse_file(pem, "certificate in PEM form");
    return out;
}

Digest Certificate::fingerprint() const {
    return sha256(state_->der);
}

const Bytes& Certificate::der() const {
    return state_->der;
}

std::string Certificate::pem() const {
    return guarded("encoding a certificate",
                   [&] { return Botan::PEM_Code::encode(state_->der, "CERTIFICATE"); });
}

const std::string& Certificate::subject_name() const {
    return state_->subject;
}

Instant Certificate::not_before() const {
    return state_->not_before;
}

Instant Certificate::not_after() const {
    return state_->not_after;
}

void Certificate::check_recipient(Instant now) const {
    if (now < not_before()) fail(Status::ERR_INVALID_ARGUMENT, "the certificate is not valid yet");
    if (now > not_after()) fail(Status::ERR_INVALID_ARGUMENT, "the certificate has expired");
    if (!state_->objection.empty())
        fail(Status::ERR_INVALID_ARGUMENT, "nothing can be encrypted to the certificate: {}",
             state_->objection);
    const bool altered = guarded("checking a certificate's signature", [&] {
        return state_->signed_by_itself && !own_signature_is_right(*state_);
    });
    if (altered)
        fail(Status::ERR_INVALID_ARGUMENT, "the certificate was altered: its own signature is wrong");
}

namespace {

constexpr std::size_t smallest_rsa_bits = 2048;
constexpr std::size_t largest_rsa_bits =
    8192;  ///< past this, a stanza would take a header slot's better part
constexpr std::size_t largest_exponent_bits = 256;
constexpr Botan::word smallest_exponent = 65537;
constexpr Botan::word largest_small_factor = 751;

std::optional<RecipientKey> curve_of(const Botan::EC_PublicKey& key) {
    const std::string curve = key.domain().get_curve_oid().to_string();
    if (curve == "1.2.840.10045.3.1.7") return RecipientKey::ec_p256;
    if (curve == "1.3.132.0.34") return RecipientKey::ec_p384;
    return {};
}

bool has_small_factor(const Botan::BigInt& modulus) {
    if (modulus.is_even()) return true;
    for (Botan::word factor = 3; factor <= largest_small_factor; factor += 2)
        if (modulus % factor == 0) return true;
    return false;
}

}  // namespace

std::string rsa_objection(const Botan::BigInt& modulus, const Botan::BigInt& exponent) {
    if (modulus.bits() < smallest_rsa_bits || modulus.bits() > largest_rsa_bits)
        return fmt::format("its RSA key has {} bits, instead of {} to {}", modulus.bits(), smallest_rsa_bits,
                           largest_rsa_bits);
    if (exponent.is_even() || exponent < smallest_exponent || exponent.bits() > largest_exponent_bits)
        return "its RSA exponent is even, below 65537, or above 2^256";
    if (has_small_factor(modulus)) return "its RSA modulus has a small factor";
    return {};
}

std::optional<RecipientKey> recipient_key(const AnyKey& key) {
    if (key.algo_name() == "RSA") {
        const auto& rsa = dynamic_cast<const Botan::RSA_PublicKey&>(key);
        if (!rsa_objection(rsa.get_n(), rsa.get_e()).empty()) return {};
        return RecipientKey::rsa;
    }
    // id-ecPublicKey (RFC 5480) does not say what the key is for; Botan reads it as ECDSA.
    if (key.algo_name() == "ECDSA" || key.algo_name() == "ECDH") {
        return curve_of(dynamic_cast<const Botan::EC_PublicKey&>(key));
    }
    return {};
}

}  // namespace myqsec::crypto
