// The keys of one keystore slot, by purpose and version.
#pragma once

#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "crypto/secret.hpp"

namespace myqsec::storage {

inline constexpr std::size_t key_size = 32;  ///< of every random key

enum class KeyPurpose : std::uint16_t {
    main_database = 1,
    log_database = 2,
    lockout = 3,     ///< HMACs of places and accounts that lockout counts at, and of the recovery code
    pepper = 4,      ///< password verifiers
    blob_names = 6,  ///< MACs in the names of documents: see blob_store.hpp
    backup = 7,      ///< 32-byte key, then its expiry (u64 ms): see backup_keys.hpp
    audit_signing = 8,
    tree_root = 9,  ///< its version is the key tree's epoch
    /// A mark, not a key: the instance was restored, from a backup of the instant that it holds. Version 2:
    /// audited, but no outside counter knows of it yet.
    restored_mark = 21,
};

/// Copies share their keys: a reference to a key stays valid until the last set that holds it drops it.
class KeySet {
 public:
    [[nodiscard]] const crypto::Secret* find(KeyPurpose purpose, std::uint32_t version) const;
    /// The same, for who keeps it longer than this set.
    [[nodiscard]] std::shared_ptr<const crypto::Secret> share(KeyPurpose purpose,
                                                              std::uint32_t version) const;
    void put(KeyPurpose purpose, std::uint32_t version, const crypto::Secret& key);
    void drop(KeyPurpose purpose, std::uint32_t version);
    /// In ascending order.
    [[nodiscard]] std::vector<std::uint32_t> versions(KeyPurpose purpose) const;
    /// 0 if there is none.
    [[nodiscard]] std::uint32_t newest(KeyPurpose purpose) const noexcept;

    /// Padded to keystore_secret_size. Throws ERR_LIMIT.
    [[nodiscard]] crypto::Secret encode() const;
    /// Throws ERR_CORRUPT.
    [[nodiscard]] static KeySet decode(const crypto::Secret& encoded);

 private:
    std::map<std::pair<KeyPurpose, std::uint32_t>, std::shared_ptr<const crypto::Secret>> keys_;
};

}  // namespace myqsec::storage
