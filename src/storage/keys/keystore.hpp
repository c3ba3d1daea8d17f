// The keystore: one small file of two slots that holds the instance's independent random keys, sealed under
// the root provider's key. docs/formats/keystore.md is the format's page.
#pragma once

#include <functional>
#include <memory>
#include <mutex>

#include "base/folder.hpp"
#include "base/ranked_mutex.hpp"
#include "crypto/hash.hpp"
#include "crypto/root/root_provider.hpp"
#include "storage/keys/key_set.hpp"

namespace myqsec::storage {

/// Its changes are serialised by a lock of its own. References to keys stay valid until that key is dropped.
class Keystore {
 public:
    static constexpr std::string_view file_name = "keystore";

    /// A fresh key of every purpose, in memory only.
    static Keystore generate(crypto::RootProvider& provider);
    /// `keys` under a fresh root key, in memory only: a restored instance.
    static Keystore of(KeySet keys, const ByteArray<16>& instance_id, crypto::RootProvider& provider);
    /// Throws ERR_NOT_FOUND (no instance here), ERR_WRONG_KEY, ERR_CORRUPT (both slots), ERR_NEWER_VERSION. A
    /// damaged slot is repaired from the other once the right root key has opened that one; an unfinished
    /// change is finished or, if only the old root key is given, undone. `folder` outlives the keystore.
    Keystore(Folder& folder, crypto::RootProvider& provider);
    ~Keystore();
    Keystore(Keystore&&) noexcept;

    /// Writes a generated keystore: the file appears whole and durable, or not at all.
    void publish(Folder& folder);

    /// The newest version of a key, or a given one. Throws ERR_NOT_FOUND.
    [[nodiscard]] const crypto::Secret& key(KeyPurpose purpose) const;
    [[nodiscard]] const crypto::Secret& key(KeyPurpose purpose, std::uint32_t version) const;
    [[nodiscard]] std::uint32_t newest_version(KeyPurpose purpose) const;  ///< 0 if there is none
    [[nodiscard]] const ByteArray<16>& instance_id() const;
    [[nodiscard]] std::uint8_t provider_kind() const;
    /// Tells one root key from another.
    [[nodiscard]] crypto::Digest root_digest() const;
    /// A copy of all keys in force.
    [[nodiscard]] KeySet keys() const;
    /// True if a damaged slot was found at open; it has been repaired from the other.
    [[nodiscard]] bool repaired() const;

    /// Adds, replaces and drops keys: durable in both slots when it returns, all or nothing at a crash. What
    /// was dropped is then nowhere in the file. After a throw the old keys are in force, though a crash may
    /// still bring the new ones.
    void change(const std::function<void(KeySet&)>& edit);
    /// Seals the same keys under a fresh root key of `provider`. Until it returns, either root secret opens.
    void change_root(crypto::RootProvider& provider);

    // A turn replaces the key tree's root together with a commit of the main database, which names the epoch
    // in force. In between each slot holds one of the two roots, never both.

    /// Durably prepares a fresh root of the next epoch. Other threads' changes wait as long as the lock
    /// lives.
    [[nodiscard]] std::unique_lock<RankedMutex<std::recursive_mutex>> begin_turn();
    /// True until both slots hold the same again.
    [[nodiscard]] bool turning() const;
    /// The root that the turn brings.
    [[nodiscard]] const crypto::Secret& next_root() const;
    /// Ends a turn by the epoch that the main database durably names: its root is in force, even if this then
    /// fails to overwrite the other, which calling it again repeats. Throws ERR_CORRUPT if it is the epoch of
    /// neither. Without a turn: checks the epoch.
    void settle_turn(std::uint32_t epoch);

 private:
    struct State;
    explicit Keystore(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace myqsec::storage
