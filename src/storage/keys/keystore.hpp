// The keystore: one small file of two pairs of slots that holds the instance's independent random keys,
// sealed under the root provider's key. docs/formats/keystore.md is the format's page.
#pragma once

#include <functional>
#include <memory>

#include "base/folder.hpp"
#include "base/ranked_mutex.hpp"
#include "crypto/hash.hpp"
#include "crypto/root/root_provider.hpp"
#include "storage/keys/key_set.hpp"
#include "storage/keys/keystore_slot.hpp"

namespace myqsec::storage {

/// Its changes are serialised by a lock of its own, which no reader takes: reading never waits for the disk.
/// References to keys stay valid until that key is dropped.
class Keystore {
 public:
    static constexpr std::string_view file_name = "keystore";

    /// A fresh key of every purpose, in memory only.
    static Keystore generate(crypto::RootProvider& provider);
    /// `keys` under a fresh root key, in memory only: a restored instance.
    static Keystore of(KeySet keys, const ByteArray<16>& instance_id, crypto::RootProvider& provider);
    /// Reads only: settle() repairs. Throws ERR_NOT_FOUND (no instance here), ERR_WRONG_KEY, ERR_CORRUPT (all
    /// slots), ERR_NEWER_VERSION. `folder` outlives the keystore.
    Keystore(Folder& folder, crypto::RootProvider& provider);
    ~Keystore();
    Keystore(Keystore&&) noexcept;

    /// Writes a generated keystore: the file appears whole and durable, or not at all.
    void publish(Folder& folder);
    /// Whether the file in the folder is as publish() left it. Needs no root key.
    [[nodiscard]] static bool is_in_creation(Folder& folder);
    /// Durably ends that, within an opening.
    void leave_creation();

    /// The newest version of a key, or a given one. Throws ERR_NOT_FOUND.
    [[nodiscard]] const crypto::Secret& key(KeyPurpose purpose) const;
    [[nodiscard]] const crypto::Secret& key(KeyPurpose purpose, std::uint32_t version) const;
    [[nodiscard]] std::uint32_t newest_version(KeyPurpose purpose) const;  ///< 0 if there is none
    [[nodiscard]] const ByteArray<16>& instance_id() const;
    [[nodiscard]] std::uint8_t provider_kind() const;
    /// Tells one root key from another.
    [[nodiscard]] crypto::Digest root_digest() const;
    /// A copy of all keys in force, the root of the epoch in force among them.
    [[nodiscard]] KeySet keys() const;
    /// True if a damaged slot was found at open; settle() repairs it from its twin.
    [[nodiscard]] bool repaired() const;
    /// When each pair of slots was last written; sequence 0: both of its slots are damaged.
    [[nodiscard]] std::array<KeystoreWriting, keystore_pairs> written() const;
    /// That of what is written from now on.
    void begin_opening(const Opening& opening);
    /// Writes both pairs, if one is older, so that these two are the same.
    void level();

    /// Adds, replaces and drops keys: durable in all slots when it returns, all or nothing at a crash. What
    /// was dropped is then nowhere in the file. After a throw the old keys are in force, though a crash may
    /// still bring the new ones.
    void change(const std::function<void(KeySet&)>& edit);
    /// Seals the same keys under a fresh root key of `provider`. Until it returns, either root secret opens.
    void change_root(crypto::RootProvider& provider);

    // The key tree's root of the epoch in force lies in one pair of slots. The other pair holds the next one,
    // under which nothing is sealed yet: a turn seals the tree under it in one commit of the main database,
    // which names the epoch in force, and then has the old one overwritten.

    /// The epoch in force; before settle(), the lower of those that the file has.
    [[nodiscard]] std::uint32_t epoch() const;
    /// Of the epoch in force or the next one; nothing for any other. Never waits for the disk.
    [[nodiscard]] std::shared_ptr<const crypto::Secret> root(std::uint32_t epoch) const;
    /// Puts the file in order, once the epoch is known that the main database durably names: whatever a crash
    /// left unfinished is finished, what is damaged repaired. Before any change. Throws ERR_CORRUPT if the
    /// file has no root of this epoch, ERR_WRONG_KEY if only another root secret opens that one.
    void settle(std::uint32_t epoch);
    /// The next root, for one attempt to seal the tree under it; nothing unless prepare() of this process
    /// drew it and no attempt used it yet: a failed one may have left records under it in a log.
    [[nodiscard]] std::shared_ptr<const crypto::Secret> take_prepared(std::uint32_t epoch);
    /// Destroys the root that is not of `epoch`, which must be in force or next and which the main database
    /// durably names: a fresh root of the epoch after it takes its place in one write. May be repeated if it
    /// fails.
    void prepare(std::uint32_t epoch);

 private:
    struct State;
    explicit Keystore(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace myqsec::storage
