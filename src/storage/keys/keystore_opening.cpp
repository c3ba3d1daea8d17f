#include "storage/keys/keystore_opening.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

#include "base/error.hpp"
#include "storage/keys/keystore.hpp"

namespace myqsec::storage {

namespace {

std::string_view provider_name(std::uint8_t kind) {
    constexpr std::array<std::string_view, 6> names = {
        "an unknown origin",         "a passphrase", "a key file", "a callback of the host",
        "a key of a PKCS #11 token", "a TPM"};
    return names[kind < names.size() ? kind : 0];
}

constexpr std::size_t pair_of(std::size_t slot) {
    return slot / (keystore_slots / keystore_pairs);
}

/// The slots as they lie in the file; a damaged one is nothing.
struct StoredSlots {
    std::array<std::optional<KeystoreSlot>, keystore_slots> slots;
    bool twins = true;  ///< the two of each pair are the same
    bool whole = true;  ///< the file has the right size

    [[nodiscard]] std::vector<std::size_t> newest_first() const {
        std::vector<std::size_t> order;
        for (std::size_t i = 0; i < slots.size(); ++i) {
            if (slots[i]) order.push_back(i);
        }
        std::ranges::stable_sort(
            order, [&](std::size_t a, std::size_t b) { return slots[a]->sequence > slots[b]->sequence; });
        return order;
    }
};

StoredSlots read_slots(File& file, std::string_view folder) {
    Bytes contents(keystore_file_size);
    contents.resize(file.read_at(0, contents));
    StoredSlots out;
    out.whole = file.size() == keystore_file_size;
    contents.resize(keystore_file_size);
    for (std::size_t i = 0; i < keystore_slots; ++i) {
        const auto slot = ByteView(contents).subspan(i * keystore_slot_size, keystore_slot_size);
        out.slots[i] = read_slot(slot);
        if (i % 2 == 1) {
            const auto twin = ByteView(contents).subspan((i - 1) * keystore_slot_size, keystore_slot_size);
            out.twins = out.twins && std::ranges::equal(slot, twin);
        }
    }
    if (std::ranges::none_of(out.slots, [](const auto& slot) { return slot.has_value(); })) {
        fail(Status::ERR_CORRUPT,
             "all slots of '{}/{}' are damaged, and no backup holds that file: restore a backup, with a "
             "backup key that was kept elsewhere",
             folder, Keystore::file_name);
    }
    return out;
}

KeystoreSeal unlock(const KeystoreSlot& slot, crypto::RootProvider& provider) {
    if (slot.provider_kind != provider.kind()) {
        fail(Status::ERR_WRONG_KEY, "the root key of this instance comes from {}, not from {}",
             provider_name(slot.provider_kind), provider_name(provider.kind()));
    }
    return {slot.provider_kind, slot.provider_blob, provider.unlock(slot.provider_blob)};
}

bool same_seal(const KeystoreSlot& a, const KeystoreSlot& b) {
    return a.provider_kind == b.provider_kind && a.provider_blob == b.provider_blob;
}

/// Throws ERR_CORRUPT unless it has exactly one root, of an epoch of this pair.
KeySet keys_of(const KeystoreSlot& slot, const crypto::Secret& root_key, std::size_t pair) {
    auto keys = KeySet::decode(open_slot(slot, root_key));
    const auto epochs = keys.versions(KeyPurpose::tree_root);
    if (epochs.size() != 1 || epochs.front() == 0 || epochs.front() % keystore_pairs != pair)
        fail(Status::ERR_CORRUPT, "a slot of the keystore holds the key tree's root of another slot");
    return keys;
}

struct Newest {
    std::size_t slot;
    KeystoreSeal seal;
};

/// The newest slot that this root secret opens: where a change of the root was cut off, either secret does.
Newest find_newest(const StoredSlots& stored, crypto::RootProvider& provider) {
    std::exception_ptr newest_failure;  // what is wrong with the newest says most
    std::vector<std::size_t> refused;
    std::optional<Newest> unlocked;
    for (const auto i : stored.newest_first()) {
        const auto& slot = *stored.slots[i];
        const auto same = [&](std::size_t other) { return same_seal(slot, *stored.slots[other]); };
        if (std::ranges::any_of(refused, same)) continue;  // a token counts wrong PINs
        try {
            if (!unlocked || !same(unlocked->slot)) unlocked = Newest{i, unlock(slot, provider)};
            unlocked->slot = i;
            static_cast<void>(keys_of(slot, unlocked->seal.root_key, pair_of(i)));
            return *std::move(unlocked);
        } catch (const Error& error) {
            if (!newest_failure) newest_failure = std::current_exception();
            if (error.status() != Status::ERR_CORRUPT) refused.push_back(i);
        }
    }
    std::rethrow_exception(newest_failure);
}

std::optional<KeySet> try_keys_of(const KeystoreSlot& slot, const crypto::Secret& root_key,
                                  std::size_t pair) {
    try {
        return keys_of(slot, root_key, pair);
    } catch (const Error&) {
        return std::nullopt;
    }
}

bool equal(const KeySet& a, const KeySet& b) {
    return crypto::equal_constant_time(a.encode().view(), b.encode().view());
}

}  // namespace

KeystoreSeal create_seal(crypto::RootProvider& provider) {
    auto created = provider.create();
    if (created.blob.size() > crypto::RootProvider::max_blob || created.key.size() != key_size) {
        fail(Status::ERR_CALLBACK,
             "the root key provider returned a key of {} bytes and a blob of {} bytes; "
             "{} and at most {} are needed",
             created.key.size(), created.blob.size(), key_size, crypto::RootProvider::max_blob);
    }
    return {provider.kind(), std::move(created.blob), std::move(created.key)};
}

KeySet with_root(KeySet keys, std::uint32_t epoch, const crypto::Secret& root) {
    const auto kept = root.clone();  // it may lie in the set itself
    for (const auto version : keys.versions(KeyPurpose::tree_root))
        keys.drop(KeyPurpose::tree_root, version);
    keys.put(KeyPurpose::tree_root, epoch, kept);
    return keys;
}

// One that is damaged, or of a library to come, no creation left.
bool keystore_is_in_creation(File& file) {
    try {
        const auto stored = read_slots(file, {});
        return stored.whole && std::ranges::all_of(stored.slots, [](const auto& slot) {
                   return slot && slot->opening.number == 0;
               });
    } catch (const Error&) {
        return false;
    }
}

OpenedKeystore open_keystore(File& file, std::string_view folder, crypto::RootProvider& provider) {
    const auto stored = read_slots(file, folder);
    auto newest = find_newest(stored, provider);
    const auto& chosen = *stored.slots[newest.slot];
    const auto keys = keys_of(chosen, newest.seal.root_key, pair_of(newest.slot));

    OpenedKeystore out;
    out.instance_id = chosen.instance_id;
    out.at_rest = stored.twins && stored.whole;
    out.damaged = !stored.whole;
    for (std::size_t i = 0; i < keystore_slots; ++i) {
        const auto& slot = stored.slots[i];
        if (slot) out.sequence = std::max(out.sequence, slot->sequence);
        const bool ours = slot && slot->instance_id == chosen.instance_id;
        auto held = ours && same_seal(*slot, chosen) ? try_keys_of(*slot, newest.seal.root_key, pair_of(i))
                                                     : std::nullopt;
        if (!held) {
            // A sound slot of another sequence is the rest of a change of the root; anything else is damage.
            const bool rest = ours && !same_seal(*slot, chosen) && slot->sequence != chosen.sequence;
            out.root_change_unfinished = out.root_change_unfinished || rest;
            out.damaged = out.damaged || !rest;
            out.at_rest = false;
            continue;
        }
        // Of two that differ the newer one decides: the end of a turn was cut off, or an older one was put
        // back. The epoch does not tell, for the root of one that was only prepared is drawn anew.
        auto& written = out.written[pair_of(i)];
        if (slot->sequence < written.sequence) continue;
        if (slot->sequence > written.sequence) out.sound[i ^ 1U] = false;
        written = {slot->sequence, slot->opening};
        const auto epoch = held->newest(KeyPurpose::tree_root);
        auto wanted = with_root(keys, epoch, *held->find(KeyPurpose::tree_root, epoch));
        out.at_rest = out.at_rest && equal(wanted, *held);
        out.sound[i] = true;
        out.pairs[pair_of(i)] = std::move(wanted);
    }
    out.seal = std::move(newest.seal);
    return out;
}

}  // namespace myqsec::storage
