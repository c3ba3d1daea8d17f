// Opening the keystore's file: which of its four slots belong together under one root secret, and what they
// say. It only reads. docs/formats/keystore.md is the format's page.
#pragma once

#include <array>
#include <optional>

#include "base/folder.hpp"
#include "crypto/root/root_provider.hpp"
#include "storage/keys/key_set.hpp"
#include "storage/keys/keystore_slot.hpp"

namespace myqsec::storage {

/// Whose root key sealed a slot. Never changes in a slot, so it is kept apart from the keys.
struct KeystoreSeal {
    std::uint8_t kind = 0;
    Bytes blob;
    crypto::Secret root_key;
};

/// A fresh root key of the provider. Throws ERR_CALLBACK.
[[nodiscard]] KeystoreSeal create_seal(crypto::RootProvider& provider);

/// The same keys, the key tree's root being that of another epoch.
[[nodiscard]] KeySet with_root(KeySet keys, std::uint32_t epoch, const crypto::Secret& root);

struct OpenedKeystore {
    ByteArray<16> instance_id{};
    std::uint64_t sequence = 0;  ///< the highest of all slots
    /// Of each pair's newest sound slot; sequence 0: it has none.
    std::array<KeystoreWriting, keystore_pairs> written{};
    KeystoreSeal seal;
    /// What each pair's slots are to hold: the newest keys, with the pair's own root. At least one is there.
    std::array<std::optional<KeySet>, keystore_pairs> pairs;
    std::array<bool, keystore_slots> sound{};  ///< opened, and hold their pair's root
    bool at_rest = false;                      ///< all slots are as they should be
    bool damaged = false;                      ///< and what is not, is no mere rest of an unfinished change
    bool root_change_unfinished = false;       ///< another root secret opens some of them
};

/// All slots are sound, and were written before the first opening.
[[nodiscard]] bool keystore_is_in_creation(File& file);

/// Throws ERR_WRONG_KEY, ERR_CORRUPT (no slot is sound), ERR_NEWER_VERSION. Asks the provider at most once
/// for each root key that the slots name.
[[nodiscard]] OpenedKeystore open_keystore(File& file, std::string_view folder,
                                           crypto::RootProvider& provider);

}  // namespace myqsec::storage
