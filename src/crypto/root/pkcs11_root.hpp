// The root key under a key of a PKCS #11 token: a hardware security module, a smart card, SoftHSM.
#pragma once

#include <memory>
#include <string>

#include "crypto/root/root_provider.hpp"

namespace myqsec::crypto {

struct Pkcs11Root {
    static constexpr std::string_view default_key = "myqsec root";

    std::string module;  ///< absolute path of the vendor's library
    std::string token;   ///< label or serial number; empty: the only token there is
    std::string key;     ///< label of the key that a new root key is sealed under; made if it is missing
    Secret pin;          ///< empty: entered at the token's own pad
};

/// A root key is random and sealed by AES-256-GCM under a key that never leaves the token. Its blob is
/// version ‖ key's CKA_ID ‖ key's label ‖ nonce 12 ‖ sealed key 48. The token is used during the calls only,
/// so that it may be pulled out, and its session holds nothing that a fork would share.
std::unique_ptr<RootProvider> pkcs11_provider(Pkcs11Root options);

}  // namespace myqsec::crypto
