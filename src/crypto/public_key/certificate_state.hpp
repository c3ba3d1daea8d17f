// The Botan objects behind Certificate and PrivateKey, for this folder's files only.
#pragma once

#include <memory>
#include <optional>

#include <botan/pk_keys.h>
#include <botan/version.h>
#include <botan/x509cert.h>

#include "crypto/public_key/certificate.hpp"

namespace myqsec::crypto {

struct Certificate::State {
    Botan::X509_Certificate certificate;
    std::unique_ptr<Botan::Public_Key> key;
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

/// Empty for keys that are none of them (or RSA keys under 2048 bits).
[[nodiscard]] std::optional<RecipientKey> recipient_key(const AnyKey& key);

}  // namespace myqsec::crypto
