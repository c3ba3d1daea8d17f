// The keystore: one small file of two slots that holds the instance's independent random keys, sealed under
// the root provider's key. docs/formats/keystore.md is the format's page.
#pragma once

#include <memory>
#include <vector>

#include "base/folder.hpp"
#include "crypto/root_provider.hpp"
#include "crypto/secret.hpp"

namespace myqsec::storage {

enum class KeyPurpose : std::uint16_t {
    main_database = 1,
    log_database = 2,
    lookup = 3,         ///< PIN and card HMAC, versioned
    pepper = 4,         ///< password verifiers
    leaf_wrapping = 5,  ///< wraps job and person keys
    archive = 6,
    backup = 7,
    audit_signing = 8,
};

/// Not thread-safe by itself; the vault's owner serialises changes.
class Keystore {
 public:
    static constexpr std::string_view file_name = "keystore";

    /// A fresh key of every purpose, in memory only.
    static Keystore generate(crypto::RootProvider& provider);
    /// Throws ERR_NOT_FOUND (no instance here), ERR_WRONG_KEY, ERR_CORRUPT (both slots), ERR_NEWER_VERSION. A
    /// damaged slot is repaired from the other once the right root key has opened that one.
    Keystore(Folder& folder, crypto::RootProvider& provider);
    ~Keystore();
    Keystore(Keystore&&) noexcept;

    /// Writes a generated keystore: the file appears whole and durable, or not at all.
    void publish(Folder& folder);

    /// The newest version of a key, or a given one. Throws ERR_NOT_FOUND.
    [[nodiscard]] const crypto::Secret& key(KeyPurpose purpose) const;
    [[nodiscard]] const crypto::Secret& key(KeyPurpose purpose, std::uint32_t version) const;
    [[nodiscard]] std::uint32_t newest_version(KeyPurpose purpose) const;
    [[nodiscard]] const ByteArray<16>& instance_id() const;
    /// True if a damaged slot was found at open; it has been repaired from the other.
    [[nodiscard]] bool repaired() const;

 private:
    struct State;
    explicit Keystore(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace myqsec::storage
