#include <botan/ecc_key.h>
#include <botan/rsa.h>
#include <botan/version.h>

#include "crypto/public_key/certificate_state.hpp"

namespace myqsec::crypto {

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
