// Where the root key comes from: a passphrase, a key file, a callback of the host, a PKCS #11 token
// (pkcs11_root.hpp), a TPM (tpm_root.hpp).
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/bytes.hpp"
#include "crypto/password.hpp"
#include "crypto/secret.hpp"

namespace myqsec::crypto {

/// The root key (32 bytes) seals the keystore and nothing else. A provider keeps what it needs to find the
/// key again in a `blob` of at most 1,024 bytes, stored in the clear, authenticated, in the keystore.
class RootProvider {
 public:
    static constexpr std::size_t max_blob = 1024;

    virtual ~RootProvider() = default;
    /// Stored with the blob; opening with another kind gives a clear ERR_WRONG_KEY. 1 passphrase, 2 key file,
    /// 3 callback, 4 PKCS #11, 5 TPM.
    [[nodiscard]] virtual std::uint8_t kind() const = 0;
    struct Created {
        Bytes blob;
        Secret key;
    };
    /// A fresh root key for a new keystore or a rotation.
    [[nodiscard]] virtual Created create() = 0;
    /// The root key that belongs to `blob`. A wrong passphrase yields a wrong key; the keystore notices.
    [[nodiscard]] virtual Secret unlock(ByteView blob) = 0;
};

/// Argon2id of the passphrase; blob = version ‖ parameters ‖ salt 16.
std::unique_ptr<RootProvider> passphrase_provider(Secret passphrase, Argon2Parameters parameters);

/// HKDF of the key file's contents (at least 32 bytes, at most 64 KiB); blob = version ‖ salt 32.
std::unique_ptr<RootProvider> key_file_provider(Secret contents);

/// The host does both. Its functions throw Error to fail.
struct RootCallbacks {
    std::function<RootProvider::Created()> create;
    std::function<Secret(ByteView blob)> unlock;
};
std::unique_ptr<RootProvider> callback_provider(RootCallbacks callbacks);

}  // namespace myqsec::crypto
