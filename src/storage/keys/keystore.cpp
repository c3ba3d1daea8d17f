#include "storage/keys/keystore.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <limits>
#include <mutex>
#include <optional>

#include "base/error.hpp"
#include "crypto/random.hpp"
#include "storage/keys/keystore_opening.hpp"
#include "storage/keys/keystore_slot.hpp"

namespace myqsec::storage {

namespace {

constexpr std::array generated_purposes = {
    KeyPurpose::main_database, KeyPurpose::log_database, KeyPurpose::lockout,
    KeyPurpose::pepper,        KeyPurpose::blob_names,   KeyPurpose::audit_signing,
};

std::uint32_t epoch_of(const KeySet& keys) {
    return keys.newest(KeyPurpose::tree_root);
}

/// The same keys with a fresh root of the next epoch.
KeySet with_fresh_root(const KeySet& keys) {
    const auto epoch = epoch_of(keys);
    if (epoch == std::numeric_limits<std::uint32_t>::max())
        fail(Status::ERR_CORRUPT, "the keystore is of the last epoch that can be counted");
    return with_root(keys, epoch + 1, crypto::random_secret(key_size));
}

/// The keys of one epoch with the root of another.
KeySet with_root_of(const KeySet& keys, const KeySet& other) {
    return with_root(keys, epoch_of(other), *other.find(KeyPurpose::tree_root, epoch_of(other)));
}

}  // namespace

struct Keystore::State {
    std::unique_ptr<File> file;
    ByteArray<16> instance_id{};
    std::uint64_t sequence = 0;
    Opening opening;
    std::array<KeystoreWriting, keystore_pairs> written{};  ///< each pair, durably
    std::size_t first_slot = 0;  ///< of each pair: to be written first, for it may not be sound
    bool repaired = false;
    bool root_change_unfinished = false;
    bool at_rest = false;  ///< at open
    std::array<bool, keystore_slots> sound{};
    RankedMutex<std::mutex> changing{LockRank::keystore};  ///< held while writing, and before `reading`

    // What `reading` guards. Changed with both locks held, so that who holds either may read.
    mutable std::mutex reading;
    KeystoreSeal seal;
    KeySet keys;                 ///< with the root of the epoch in force
    std::optional<KeySet> next;  ///< the same with the root of the next epoch
    bool fresh = false;          ///< nothing was ever sealed under that

    [[nodiscard]] Bytes slot(const KeySet& of, const KeystoreSeal& under) const {
        return write_slot({sequence, opening, instance_id, under.kind, under.blob, {}}, under.root_key,
                          of.encode());
    }
    [[nodiscard]] static std::size_t offset(const KeySet& of) {
        return epoch_of(of) % keystore_pairs * 2 * keystore_slot_size;
    }
    void note_written(std::size_t pair) {
        const std::lock_guard lock(reading);
        written[pair] = {sequence, opening};
    }
    /// Both slots of a pair at once, the same bytes.
    void write_pair(const KeySet& of) {
        ++sequence;
        Bytes bytes = slot(of, seal);
        bytes.insert(bytes.end(), bytes.begin(), bytes.begin() + keystore_slot_size);
        file->write_at(offset(of), bytes);
        file->sync();
        note_written(epoch_of(of) % keystore_pairs);
    }
    /// One slot of each pair, then its twin, so that both roots are whole in one of theirs at any time.
    void write_all(const KeySet& of, const KeySet& after, const KeystoreSeal& under) {
        ++sequence;
        const std::array bytes{slot(of, under), slot(after, under)};
        for (const auto twin : {first_slot, 1 - first_slot}) {
            first_slot = twin;
            file->write_at(offset(of) + twin * keystore_slot_size, bytes[0]);
            file->write_at(offset(after) + twin * keystore_slot_size, bytes[1]);
            file->sync();
        }
        for (std::size_t pair = 0; pair < keystore_pairs; ++pair)
            note_written(pair);
    }
    /// After a failure in between, so that a crash does not bring what the caller was told had failed.
    [[nodiscard]] bool undo() noexcept {
        try {
            write_all(keys, *next, seal);
            return true;
        } catch (...) {  // the disk refuses: opening will find whole slots of one or the other
            return false;
        }
    }
    void change(KeySet to, KeystoreSeal under) {
        if (!next) fail(Status::ERR_INTERNAL, "the keystore was changed before it was settled");
        auto after = with_root_of(to, *next);
        try {
            write_all(to, after, under);
        } catch (...) {
            if (undo()) throw;
            fail(Status::ERR_OUTCOME_UNKNOWN,
                 "the disk failed in a change of the keystore: the keys of before are in force or those of "
                 "after, which the next opening tells; after a change of the root secret try both");
        }
        const std::lock_guard lock(reading);
        keys = std::move(to);
        next = std::move(after);
        seal = std::move(under);
    }
    /// What the pairs have of this epoch. Throws ERR_CORRUPT.
    [[nodiscard]] const KeySet& of_epoch(std::uint32_t epoch) const {
        if (epoch_of(keys) == epoch) return keys;
        if (next && epoch_of(*next) == epoch) return *next;
        if (root_change_unfinished) {
            fail(Status::ERR_WRONG_KEY,
                 "a change of the root secret was cut off; open the instance with the one before it");
        }
        fail(Status::ERR_CORRUPT,
             "the main database is of key epoch {}, which the keystore does not hold: one of the two was put "
             "back to an earlier state, or damaged; restore both from one backup",
             epoch);
    }
    [[nodiscard]] KeystoreSeal copy_of_seal() const { return {seal.kind, seal.blob, seal.root_key.clone()}; }
};

Keystore::Keystore(std::unique_ptr<State> state) : state_(std::move(state)) {}
Keystore::~Keystore() = default;
Keystore::Keystore(Keystore&&) noexcept = default;

Keystore Keystore::of(KeySet keys, const ByteArray<16>& instance_id, crypto::RootProvider& provider) {
    auto state = std::make_unique<State>();
    state->sequence = 1;
    state->instance_id = instance_id;
    state->seal = create_seal(provider);
    state->next = with_fresh_root(keys);
    state->keys = std::move(keys);
    return Keystore(std::move(state));
}

Keystore Keystore::generate(crypto::RootProvider& provider) {
    KeySet keys;
    for (const KeyPurpose purpose : generated_purposes)
        keys.put(purpose, 1, crypto::random_secret(key_size));
    keys.put(KeyPurpose::tree_root, 1, crypto::random_secret(key_size));
    return of(std::move(keys), crypto::random_array<16>(), provider);
}

void Keystore::publish(Folder& folder) {
    Bytes contents(keystore_file_size);
    for (const auto* of : {&state_->keys, &*state_->next}) {
        const Bytes slot = state_->slot(*of, state_->seal);
        const auto pair = ByteSpan(contents).subspan(State::offset(*of));
        std::ranges::copy(slot, std::ranges::copy(slot, pair.begin()).out);
    }
    write_durably(folder, file_name, contents);
}

bool Keystore::is_in_creation(Folder& folder) {
    return keystore_is_in_creation(*folder.open_read_only(file_name));
}

void Keystore::leave_creation() {
    const std::lock_guard lock(state_->changing);
    const auto no_opening = [](const KeystoreWriting& pair) { return pair.opening.number == 0; };
    if (std::ranges::any_of(state_->written, no_opening))
        state_->change(state_->keys, state_->copy_of_seal());
}

// --- opening ---

Keystore::Keystore(Folder& folder, crypto::RootProvider& provider) : state_(std::make_unique<State>()) {
    State& state = *state_;
    state.file = folder.open(file_name);
    auto opened = open_keystore(*state.file, folder.path(), provider);
    state.instance_id = opened.instance_id;
    state.sequence = opened.sequence;
    state.written = opened.written;
    state.repaired = opened.damaged;
    state.root_change_unfinished = opened.root_change_unfinished;
    state.at_rest = opened.at_rest;
    state.sound = opened.sound;
    state.seal = std::move(opened.seal);
    auto& [even, odd] = opened.pairs;
    const bool swapped = !even || (odd && epoch_of(*odd) < epoch_of(*even));
    state.keys = *std::move(swapped ? odd : even);
    state.next = std::move(swapped ? even : odd);
}

void Keystore::settle(std::uint32_t epoch) {
    const std::lock_guard changing(state_->changing);
    State& state = *state_;
    const KeySet& in_force = state.of_epoch(epoch);
    if (state.at_rest && state.next && epoch_of(state.keys) == epoch && epoch_of(*state.next) == epoch + 1)
        return;
    const bool kept = state.next && epoch_of(*state.next) == epoch + 1;
    auto next = kept ? *state.next : with_fresh_root(in_force);
    KeySet keys = in_force;
    state.first_slot = state.sound[epoch % keystore_pairs * 2] ? 1 : 0;  // a sound one last
    state.write_all(keys, next, state.seal);
    if (state.file->size() != keystore_file_size) {
        state.file->truncate(keystore_file_size);
        state.file->sync();
    }
    state.at_rest = true;
    const std::lock_guard reading(state.reading);
    state.keys = std::move(keys);
    state.next = std::move(next);
}

// --- reading ---

const crypto::Secret& Keystore::key(KeyPurpose purpose) const {
    return key(purpose, newest_version(purpose));
}

const crypto::Secret& Keystore::key(KeyPurpose purpose, std::uint32_t version) const {
    const std::lock_guard lock(state_->reading);
    if (const auto* key = state_->keys.find(purpose, version)) return *key;
    fail(Status::ERR_NOT_FOUND, "the keystore has no key of purpose {} and version {}",
         static_cast<unsigned>(purpose), version);
}

std::uint32_t Keystore::newest_version(KeyPurpose purpose) const {
    const std::lock_guard lock(state_->reading);
    return state_->keys.newest(purpose);
}

const ByteArray<16>& Keystore::instance_id() const {
    return state_->instance_id;
}

std::uint8_t Keystore::provider_kind() const {
    const std::lock_guard lock(state_->reading);
    return state_->seal.kind;
}

crypto::Digest Keystore::root_digest() const {
    const std::lock_guard lock(state_->reading);
    const ByteArray<1> kind{state_->seal.kind};
    return crypto::Sha256().update(kind).update(state_->seal.blob).final();
}

KeySet Keystore::keys() const {
    const std::lock_guard lock(state_->reading);
    return state_->keys;
}

bool Keystore::repaired() const {
    return state_->repaired;
}

std::array<KeystoreWriting, keystore_pairs> Keystore::written() const {
    const std::lock_guard lock(state_->reading);
    return state_->written;
}

void Keystore::begin_opening(const Opening& opening) {
    const std::lock_guard changing(state_->changing);
    state_->opening = opening;
}

void Keystore::level() {
    const std::lock_guard lock(state_->changing);
    const auto& [even, odd] = state_->written;
    if (even.sequence != odd.sequence) state_->change(state_->keys, state_->copy_of_seal());
}

std::uint32_t Keystore::epoch() const {
    return newest_version(KeyPurpose::tree_root);
}

std::shared_ptr<const crypto::Secret> Keystore::root(std::uint32_t epoch) const {
    const std::lock_guard lock(state_->reading);
    auto root = state_->keys.share(KeyPurpose::tree_root, epoch);
    if (!root && state_->next) root = state_->next->share(KeyPurpose::tree_root, epoch);
    return root;
}

// --- changing ---

void Keystore::change(const std::function<void(KeySet&)>& edit) {
    const std::lock_guard lock(state_->changing);
    KeySet keys = state_->keys;
    edit(keys);
    state_->change(std::move(keys), state_->copy_of_seal());
}

void Keystore::change_root(crypto::RootProvider& provider) {
    auto seal = create_seal(provider);
    const std::lock_guard lock(state_->changing);
    state_->change(state_->keys, std::move(seal));
}

// --- turning ---

std::shared_ptr<const crypto::Secret> Keystore::take_prepared(std::uint32_t epoch) {
    const std::lock_guard lock(state_->reading);
    State& state = *state_;
    if (!state.fresh || epoch_of(state.keys) != epoch) return nullptr;
    state.fresh = false;
    return state.next->share(KeyPurpose::tree_root, epoch + 1);
}

void Keystore::prepare(std::uint32_t epoch) {
    const std::lock_guard changing(state_->changing);
    State& state = *state_;
    KeySet keys = state.of_epoch(epoch);
    KeySet next = with_fresh_root(keys);
    state.write_pair(next);
    const std::lock_guard reading(state.reading);
    state.keys = std::move(keys);
    state.next = std::move(next);
    state.fresh = true;
}

}  // namespace myqsec::storage
