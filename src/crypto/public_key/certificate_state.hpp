// What is behind Certificate and PrivateKey, for this folder's and the container's files only.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <botan/bigint.h>
#include <botan/pk_keys.h>
#include <botan/version.h>

#include "crypto/public_key/certificate.hpp"

namespace myqsec::crypto {

struct Certificate::State {
    Bytes der;
    std::string subject;
    Instant not_before;
    Instant not_after;
    /// Null for one that nothing can be encrypted to: it was never computed with.
    std::unique_ptr<Botan::Public_Key> key;
    std::string objection;  ///< to its use as a recipient, whenever it be; empty if there is none
    bool signed_by_itself = false;
};

struct PrivateKey::State {
    std::unique_ptr<Botan::Private_Key> key;
};

#if BOTAN_VERSION_MAJOR >= 3
using AnyKey = Botan::Asymmetric_Key;  ///< public or private
#else
using AnyKey = Botan::Public_Key;  ///< private keys are public ones too
#endif

/// The kinds of keys that documents can be encrypted to.
enum class RecipientKey : std::uint8_t { rsa, ec_p256, ec_p384 };

/// Empty for keys that are none of them, and for RSA keys that rsa_objection() has something against.
[[nodiscard]] std::optional<RecipientKey> recipient_key(const AnyKey& key);

/// What is wrong with an RSA key, empty if nothing: a size not of 2,048 to 8,192 bits, an exponent that is
/// even or not of 65,537 to 2^256 (FIPS 186-5 §A.1.1), a modulus with a small factor (SP 800-89 §5.3.3). With
/// e = 1, or a modulus that can be factored, anybody reads what is encrypted.
[[nodiscard]] std::string rsa_objection(const Botan::BigInt& modulus, const Botan::BigInt& exponent);

/// Why anybody could factor a modulus that rsa_objection() has nothing against, empty if nobody is
/// known to: a factor below 2^16, a square, two primes that Fermat's method finds in 100 steps, a
/// single prime, or primes that are powers of 65537 modulo small primes (ROCA, CVE-2017-15361). Of
/// recipients alone: what was sealed to such a key opens on.
[[nodiscard]] std::string modulus_weakness(const Botan::BigInt& modulus);

/// The fields of a certificate in DER form, and what there is against it. Throws ERR_INVALID_ARGUMENT for
/// what is none.
void read_certificate(ByteView der, Certificate::State& into);
/// Of one that is signed by itself, and whose key is there.
[[nodiscard]] bool own_signature_is_right(const Certificate::State& state);

}  // namespace myqsec::crypto
