// Where the root key comes from: a passphrase, a key file, a callback of the host, a PKCS #11 token, a TPM.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/bytes.hpp"
#include "base/error.hpp"
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

/// A hardware security module, a smart card, SoftHSM.
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

/// A TPM 2.0: the root key opens on this machine only. An optional component: see MYQSEC_WITH_TPM.
struct TpmRoot {
    std::string tcti;  ///< how tpm2-tss reaches the TPM, such as "device:/dev/tpmrm0"; empty: its default
    std::uint32_t pcrs = 0;  ///< for a new root key: bit n binds it to PCR n of the SHA-256 bank
    Secret authorisation;    ///< empty: none
};

/// A root key is random and sealed (TCG TPM 2.0 Library part 1, §29.3) under the storage primary of the owner
/// hierarchy. Its blob is version ‖ PCRs 4 ‖ authorisation 1 ‖ primary's name ‖ TPM2B_PUBLIC ‖ TPM2B_PRIVATE,
/// the last three as fields. Each call connects anew and leaves nothing loaded. Throws ERR_NOT_BUILT_IN where
/// the component is missing.
std::unique_ptr<RootProvider> tpm_provider(TpmRoot options);

// What the providers' blobs have in common: a version byte in front.
inline constexpr std::uint8_t root_blob_version = 1;
inline constexpr std::size_t root_key_size = 32;

/// A reader behind the version, which it has checked.
inline ByteReader read_root_blob(ByteView blob) {
    ByteReader reader(blob, "the root provider's data in the keystore");
    const auto version = reader.integer<std::uint8_t>();
    if (version > root_blob_version) {
        fail(Status::ERR_NEWER_VERSION, "the root provider's data has the unknown version {}", version);
    }
    if (version != root_blob_version) {
        fail(Status::ERR_CORRUPT, "the root provider's data has no valid version");
    }
    return reader;
}

}  // namespace myqsec::crypto
