#include "storage/keys/keystore.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "base/error.hpp"
#include "crypto/random.hpp"
#include "storage/keys/keystore_slot.hpp"

namespace myqsec::storage {

namespace {

constexpr std::array generated_purposes = {
    KeyPurpose::main_database, KeyPurpose::log_database,  KeyPurpose::lookup,    KeyPurpose::pepper,
    KeyPurpose::blob_names,    KeyPurpose::audit_signing, KeyPurpose::tree_root,
};
constexpr std::size_t file_size = keystore_slot_size * keystore_slots;

std::string_view provider_name(std::uint8_t kind) {
    constexpr std::array<std::string_view, 6> names = {
        "an unknown origin",         "a passphrase", "a key file", "a callback of the host",
        "a key of a PKCS #11 token", "a TPM"};
    return names[kind < names.size() ? kind : 0];
}

/// Whose root key sealed a slot. Never changes in a slot, so it is kept apart from the keys.
struct Seal {
    std::uint8_t kind = 0;
    Bytes blob;
    crypto::Secret root_key;
};

Seal create_seal(crypto::RootProvider& provider) {
    auto created = provider.create();
    if (created.blob.size() > crypto::RootProvider::max_blob || created.key.size() != key_size) {
        fail(Status::ERR_CALLBACK,
             "the root key provider returned a key of {} bytes and a blob of {} bytes; "
             "{} and at most {} are needed",
             created.key.size(), created.blob.size(), key_size, crypto::RootProvider::max_blob);
    }
    return {provider.kind(), std::move(created.blob), std::move(created.key)};
}

bool equal(const KeySet& a, const KeySet& b) {
    return crypto::equal_constant_time(a.encode().view(), b.encode().view());
}

}  // namespace

struct Keystore::State {
    std::unique_ptr<File> file;
    ByteArray<16> instance_id{};
    std::uint64_t sequence = 0;
    Seal seal;
    KeySet keys;
    std::optional<KeySet> next;  ///< in slot B while turning: as `keys`, with the root of the next epoch
    std::optional<std::size_t> stale;  ///< the slot that still holds the other root after a turn
    bool repaired = false;
    RankedMutex<std::recursive_mutex> changing{LockRank::keystore};

    [[nodiscard]] Bytes slot(const KeySet& of, const Seal& under) const {
        return write_slot({sequence, instance_id, under.kind, under.blob, {}}, under.root_key, of.encode());
    }
    void write(std::size_t index, const KeySet& of, const Seal& under) {
        ++sequence;
        file->write_at(index * keystore_slot_size, slot(of, under));
        file->sync();
    }
    /// While each slot may turn out to hold the root that counts, neither may be written.
    void refuse_while_undecided() const {
        if (next) {
            fail(Status::ERR_NOT_POSSIBLE,
                 "the keystore can't change while an erasure is unfinished; let tick finish it, then try "
                 "again");
        }
    }
    /// One after the other, so that one is whole at any time; a stale one first, for only the other one
    /// counts.
    void write_both(const KeySet& of, const Seal& under) {
        const std::size_t first = stale.value_or(1);
        write(first, of, under);
        stale.reset();
        write(1 - first, of, under);
    }
    /// After a failure in between, so that a crash does not bring what the caller was told had failed.
    void undo() noexcept {
        try {
            write_both(keys, seal);
        } catch (...) {  // the disk refuses: opening will find one of two whole slots
            return;
        }
    }
};

Keystore::Keystore(std::unique_ptr<State> state) : state_(std::move(state)) {}
Keystore::~Keystore() = default;
Keystore::Keystore(Keystore&&) noexcept = default;

Keystore Keystore::of(KeySet keys, const ByteArray<16>& instance_id, crypto::RootProvider& provider) {
    auto state = std::make_unique<State>();
    state->sequence = 1;
    state->instance_id = instance_id;
    state->seal = create_seal(provider);
    state->keys = std::move(keys);
    return Keystore(std::move(state));
}

Keystore Keystore::generate(crypto::RootProvider& provider) {
    KeySet keys;
    for (const KeyPurpose purpose : generated_purposes)
        keys.put(purpose, 1, crypto::random_secret(key_size));
    return of(std::move(keys), crypto::random_array<16>(), provider);
}

void Keystore::publish(Folder& folder) {
    Bytes contents;
    for (std::size_t i = 0; i < keystore_slots; ++i) {
        const Bytes slot = state_->slot(state_->keys, state_->seal);
        contents.insert(contents.end(), slot.begin(), slot.end());
    }
    write_durably(folder, file_name, contents);
}

// --- opening ---

namespace {

using Slots = std::array<std::optional<KeystoreSlot>, keystore_slots>;

Slots read_slots(File& file, std::string_view folder) {
    Bytes contents(file_size);
    contents.resize(file.read_at(0, contents));
    Slots slots;
    for (std::size_t i = 0; i < keystore_slots; ++i) {
        const std::size_t at = std::min(i * keystore_slot_size, contents.size());
        const std::size_t size = std::min(keystore_slot_size, contents.size() - at);
        slots[i] = read_slot(ByteView(contents).subspan(at, size));
    }
    if (!slots[0] && !slots[1]) {
        fail(Status::ERR_CORRUPT, "both slots of '{}/{}' are damaged; restore the file from a backup", folder,
             Keystore::file_name);
    }
    return slots;
}

struct Opened {
    std::size_t slot;
    Seal seal;
    KeySet keys;
};

Opened open_with(const Slots& slots, std::size_t index, crypto::RootProvider& provider) {
    const KeystoreSlot& slot = *slots[index];
    if (slot.provider_kind != provider.kind()) {
        fail(Status::ERR_WRONG_KEY, "this instance was created with {} as its root key, not with {}",
             provider_name(slot.provider_kind), provider_name(provider.kind()));
    }
    Seal seal{slot.provider_kind, slot.provider_blob, provider.unlock(slot.provider_blob)};
    auto keys = KeySet::decode(open_slot(slot, seal.root_key));
    return {index, std::move(seal), std::move(keys)};
}

/// The newest slot, or, where a change of the root was cut off, the one that this root secret opens.
Opened open_newest(const Slots& slots, crypto::RootProvider& provider) {
    const auto sequence = [&](std::size_t i) { return slots[i] ? slots[i]->sequence : 0; };
    const std::size_t newest = sequence(1) > sequence(0) ? 1 : 0;
    const std::size_t other = 1 - newest;
    const bool root_differs = slots[other] && (slots[other]->provider_kind != slots[newest]->provider_kind ||
                                               slots[other]->provider_blob != slots[newest]->provider_blob);
    try {
        return open_with(slots, newest, provider);
    } catch (const Error&) {
        if (!root_differs) throw;
        try {
            return open_with(slots, other, provider);
        } catch (const Error&) {  // what is wrong with the newest says more
        }
        throw;
    }
}

/// The keys of the slot that was not opened first, if the same root key opens it.
std::optional<KeySet> keys_of_other(const Slots& slots, const Opened& opened) {
    const auto& other = slots[1 - opened.slot];
    if (!other) return std::nullopt;
    try {
        return KeySet::decode(open_slot(*other, opened.seal.root_key));
    } catch (const Error&) {
        return std::nullopt;
    }
}

}  // namespace

Keystore::Keystore(Folder& folder, crypto::RootProvider& provider) : state_(std::make_unique<State>()) {
    State& state = *state_;
    state.file = folder.open(file_name);
    const Slots slots = read_slots(*state.file, folder.path());
    Opened opened = open_newest(slots, provider);
    auto other = keys_of_other(slots, opened);
    state.instance_id = slots[opened.slot]->instance_id;
    for (const auto& slot : slots)
        state.sequence = std::max(state.sequence, slot ? slot->sequence : 0);
    state.seal = std::move(opened.seal);
    state.keys = std::move(opened.keys);

    // Only now, with the right key proven, may the file change.
    const auto& other_slot = slots[1 - opened.slot];
    const auto epoch = state.keys.newest(KeyPurpose::tree_root);
    const auto other_epoch = other ? other->newest(KeyPurpose::tree_root) : epoch;
    if (other_epoch != epoch) {
        if (other_epoch > epoch) std::swap(state.keys, *other);
        state.next = std::move(state.keys);
        state.keys = *std::move(other);
    } else if (!other || !equal(*other, state.keys)) {
        // A sound slot of another sequence is the rest of an unfinished change; anything else is damage.
        const bool unfinished = other_slot && other_slot->sequence != slots[opened.slot]->sequence &&
                                (other || other_slot->provider_blob != state.seal.blob);
        state.repaired = !unfinished;
        state.write(1 - opened.slot, state.keys, state.seal);
    }
    if (state.file->size() != file_size) {
        state.file->truncate(file_size);
        state.file->sync();
        state.repaired = true;
    }
}

// --- reading ---

const crypto::Secret& Keystore::key(KeyPurpose purpose) const {
    return key(purpose, newest_version(purpose));
}

const crypto::Secret& Keystore::key(KeyPurpose purpose, std::uint32_t version) const {
    const std::lock_guard lock(state_->changing);
    if (const auto* key = state_->keys.find(purpose, version)) return *key;
    fail(Status::ERR_NOT_FOUND, "the keystore has no key of purpose {} and version {}",
         static_cast<unsigned>(purpose), version);
}

std::uint32_t Keystore::newest_version(KeyPurpose purpose) const {
    const std::lock_guard lock(state_->changing);
    return state_->keys.newest(purpose);
}

const ByteArray<16>& Keystore::instance_id() const {
    return state_->instance_id;
}

std::uint8_t Keystore::provider_kind() const {
    const std::lock_guard lock(state_->changing);
    return state_->seal.kind;
}

crypto::Digest Keystore::root_digest() const {
    const std::lock_guard lock(state_->changing);
    const ByteArray<1> kind{state_->seal.kind};
    return crypto::Sha256().update(kind).update(state_->seal.blob).final();
}

KeySet Keystore::keys() const {
    const std::lock_guard lock(state_->changing);
    return state_->keys;
}

bool Keystore::repaired() const {
    return state_->repaired;
}

// --- changing ---

namespace {

/// The same keys with the root of another epoch.
KeySet with_root(KeySet keys, std::uint32_t epoch, const crypto::Secret& root) {
    for (const auto version : keys.versions(KeyPurpose::tree_root))
        keys.drop(KeyPurpose::tree_root, version);
    keys.put(KeyPurpose::tree_root, epoch, root);
    return keys;
}

}  // namespace

void Keystore::change(const std::function<void(KeySet&)>& edit) {
    const std::lock_guard lock(state_->changing);
    State& state = *state_;
    state.refuse_while_undecided();
    KeySet keys = state.keys;
    edit(keys);
    try {
        state.write_both(keys, state.seal);
    } catch (...) {
        state.undo();
        throw;
    }
    state.keys = std::move(keys);
}

void Keystore::change_root(crypto::RootProvider& provider) {
    const std::lock_guard lock(state_->changing);
    State& state = *state_;
    state.refuse_while_undecided();
    Seal seal = create_seal(provider);
    try {
        state.write_both(state.keys, seal);
    } catch (...) {
        state.undo();
        throw;
    }
    state.seal = std::move(seal);
}

std::unique_lock<RankedMutex<std::recursive_mutex>> Keystore::begin_turn() {
    std::unique_lock lock(state_->changing);
    State& state = *state_;
    if (state.next || state.stale)
        fail(Status::ERR_INTERNAL, "a turn of the key tree was begun before the last one ended");
    const auto epoch = state.keys.newest(KeyPurpose::tree_root);
    auto next = with_root(state.keys, epoch + 1, crypto::random_secret(key_size));
    try {
        state.write(1, next, state.seal);
    } catch (...) {
        state.undo();
        throw;
    }
    state.next = std::move(next);
    return lock;
}

bool Keystore::turning() const {
    const std::lock_guard lock(state_->changing);
    return state_->next || state_->stale;
}

const crypto::Secret& Keystore::next_root() const {
    const std::lock_guard lock(state_->changing);
    if (!state_->next) fail(Status::ERR_INTERNAL, "the key tree is not turning");
    return *state_->next->find(KeyPurpose::tree_root, state_->next->newest(KeyPurpose::tree_root));
}

void Keystore::settle_turn(std::uint32_t epoch) {
    const std::lock_guard lock(state_->changing);
    State& state = *state_;
    const bool as_before = epoch == state.keys.newest(KeyPurpose::tree_root);
    if (!as_before && !(state.next && epoch == state.next->newest(KeyPurpose::tree_root))) {
        fail(Status::ERR_CORRUPT,
             "the main database is of key epoch {}, which the keystore does not hold: one of the two was put "
             "back to an earlier state, or damaged; restore both from one backup",
             epoch);
    }
    if (state.next) {
        state.stale = as_before ? 1 : 0;
        if (!as_before) state.keys = *std::move(state.next);
        state.next.reset();
    }
    if (state.stale) {
        state.write(*state.stale, state.keys, state.seal);
        state.stale.reset();
    }
}

}  // namespace myqsec::storage
