#include <algorithm>
#include <chrono>
#include <string>

#include <botan/auto_rng.h>
#include <botan/data_src.h>
#include <botan/ecdsa.h>
#include <botan/pkcs8.h>
#include <botan/rsa.h>
#include <botan/version.h>
#include <botan/x509self.h>

#include "base/error.hpp"
#include "crypto/botan_errors.hpp"
#include "crypto/public_key/certificate.hpp"
#include "crypto/public_key/certificate_state.hpp"
#include "crypto/public_key/der.hpp"
#include "crypto/public_key/pem.hpp"

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

constexpr std::string_view pbes2 = "2a864886f70d01050d";

/// EncryptedPrivateKeyInfo (RFC 5958 §3) starts with a SEQUENCE where PrivateKeyInfo (§2) has the INTEGER
/// version.
bool is_encrypted(ByteView pkcs8) {
    DerReader fields(DerReader(pkcs8).take(der::sequence));
    if (!fields.next_is(der::sequence)) return false;
    DerReader algorithm(fields.take(der::sequence));
    if (!is_object_id(algorithm.take(der::object_id), pbes2)) {
        fail(Status::ERR_INVALID_ARGUMENT,
             "the private key is encrypted in an old way (PBES1, or that of PKCS #12), which is not opened "
             "here: convert it with 'openssl pkcs8 -topk8 -v2 aes-256-cbc'");
    }
    return true;
}

/// By its form alone: version and algorithm, or an algorithm and what it encrypted.
bool looks_like_pkcs8(ByteView file) {
    try {
        DerReader fields(DerReader(file).take(der::sequence));
        const auto first = fields.take();
        if (first.tag == der::sequence) return fields.next_is(der::octet_string);
        return first.tag == der::integer && first.content.size() == 1 && first.content[0] <= 1 &&
               fields.next_is(der::sequence);
    } catch (const Error&) {
        return false;
    }
}

/// What may stand beside it, such as its certificate, is passed over.
Secret to_der(ByteView file) {
    if (!file.empty() && file[0] == der::sequence) {
        if (!looks_like_pkcs8(file)) refuse_file(file, "private key in the PKCS #8 form");
        return Secret(file);
    }
    const auto blocks = read_pem(file);
    const auto key = std::ranges::find_if(blocks, &PemBlock::is_private_key);
    if (key == blocks.end()) refuse_file(file, "private key");
    if (std::ranges::count_if(blocks, &PemBlock::is_private_key) > 1)
        fail(Status::ERR_INVALID_ARGUMENT, "the file holds more than one private key");
    if (key->label != "PRIVATE KEY" && key->label != "ENCRYPTED PRIVATE KEY") {
        fail(Status::ERR_INVALID_ARGUMENT,
             "the private key is not in the PKCS#8 form, but in that of '{}': convert it with 'openssl pkcs8 "
             "-topk8 -v2 aes-256-cbc'",
             key->label);
    }
    return key->der();
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

/// Never through nanoseconds, which end in 2262. Four digits of a year are all that a certificate has, and
/// 3100 is the last that Botan writes.
Botan::X509_Time to_x509_time(Instant instant) {
    using namespace std::chrono;
    const auto day = floor<days>(instant);
    const year_month_day date(day);
    const hh_mm_ss time(floor<seconds>(instant - day));
    if (date.year() < year(1970) || date.year() > year(3100))
        fail(Status::ERR_INVALID_ARGUMENT, "a certificate's dates must be from 1970 to 3100");
#if BOTAN_VERSION_MAJOR >= 3
    constexpr auto two_digits = Botan::ASN1_Type::UtcTime;
    constexpr auto four_digits = Botan::ASN1_Type::GeneralizedTime;
#else
    constexpr auto two_digits = Botan::UTC_TIME;
    constexpr auto four_digits = Botan::GENERALIZED_TIME;
#endif
    const auto rest = fmt::format("{:02}{:02}{:02}{:02}{:02}Z", static_cast<unsigned>(date.month()),
                                  static_cast<unsigned>(date.day()), time.hours().count(),
                                  time.minutes().count(), time.seconds().count());
    const int number = static_cast<int>(date.year());
    return number < 2050 ? Botan::X509_Time(fmt::format("{:02}", number % 100) + rest, two_digits)
                         : Botan::X509_Time(fmt::format("{:04}", number) + rest, four_digits);
}

}  // namespace

PrivateKey PrivateKey::parse(ByteView pem_or_der, std::string_view passphrase) {
    if (pem_or_der.size() > largest_key) fail(Status::ERR_INVALID_ARGUMENT, "the private key is too large");
    const Secret der = guarded(Status::ERR_INVALID_ARGUMENT, "reading the private key (PKCS#8, PEM or DER)",
                               [&] { return to_der(pem_or_der); });
    const bool encrypted = is_encrypted(der.view());
    Botan::DataSource_Memory source(der.view().data(), der.size());
    if (!encrypted) {
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
        options.start = to_x509_time(not_before);
        options.end = to_x509_time(not_after);
        Botan::AutoSeeded_RNG rng;
        const auto certificate = Botan::X509::create_self_signed_cert(options, *state_->key, "SHA-256", rng);
        return Certificate::parse(certificate.BER_encode());
    });
}

bool PrivateKey::belongs_to(const Certificate& certificate) const {
    return guarded("comparing a private key with a certificate", [&] {
        if (!certificate.state().key) return false;  // one that nothing can be encrypted to
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
