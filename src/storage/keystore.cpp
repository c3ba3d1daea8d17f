#include "storage/keystore.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "base/error.hpp"
#include "crypto/random.hpp"
#include "storage/keystore_slot.hpp"

namespace myqsec::storage {

namespace {

struct Entry {
    KeyPurpose purpose;
    std::uint32_t version;
    crypto::Secret key;
};

constexpr std::array all_purposes = {
    KeyPurpose::main_database, KeyPurpose::log_database, KeyPurpose::lookup, KeyPurpose::pepper,
    KeyPurpose::leaf_wrapping, KeyPurpose::archive,      KeyPurpose::backup, KeyPurpose::audit_signing,
};
constexpr std::size_t key_size = 32;
constexpr std::size_t entry_overhead = 8;  // purpose 2, version 4, length 2

std::string_view provider_name(std::uint8_t kind) {
    constexpr std::array<std::string_view, 4> names = {"an unknown origin", "a passphrase", "a key file",
                                                       "a callback of the host"};
    return names[kind < names.size() ? kind : 0];
}

/// Entries one after the other, then zeros. A purpose of 0 ends the list.
crypto::Secret encode(const std::vector<Entry>& entries) {
    crypto::Secret out(keystore_secret_size);
    std::uint8_t* to = out.span().data();
    const std::uint8_t* const end = to + out.size();
    for (const Entry& entry : entries) {
        if (static_cast<std::size_t>(end - to) < entry_overhead + entry.key.size() + 2) {
            fail(Status::ERR_LIMIT, "the keystore is full; retire old key versions first");
        }
        store_be(to, static_cast<std::uint16_t>(entry.purpose));
        store_be(to + 2, entry.version);
        store_be(to + 6, static_cast<std::uint16_t>(entry.key.size()));
        to = std::ranges::copy(entry.key.view(), to + entry_overhead).out;
    }
    return out;
}

std::vector<Entry> decode(const crypto::Secret& secret) {
    std::vector<Entry> entries;
    ByteReader reader(secret.view(), "the keystore");
    while (reader.remaining() >= 2) {
        const auto purpose = reader.integer<std::uint16_t>();
        if (purpose == 0) break;
        const auto version = reader.integer<std::uint32_t>();
        const auto size = reader.integer<std::uint16_t>();
        entries.push_back({static_cast<KeyPurpose>(purpose), version, crypto::Secret(reader.raw(size))});
    }
    return entries;
}

}  // namespace

struct Keystore::State {
    KeystoreSlot clear;
    crypto::Secret root_key;
    std::vector<Entry> entries;
    bool repaired = false;

    [[nodiscard]] Bytes slot() const { return write_slot(clear, root_key, encode(entries)); }

    /// Two slots of one sequence hold the same keys, or somebody mixed files.
    [[nodiscard]] bool agrees_with(const KeystoreSlot& other) const {
        if (other.sequence != clear.sequence) return false;
        try {
            return crypto::equal_constant_time(open_slot(other, root_key).view(), encode(entries).view());
        } catch (const Error&) {
            return false;
        }
    }
};

Keystore::Keystore(std::unique_ptr<State> state) : state_(std::move(state)) {}
Keystore::~Keystore() = default;
Keystore::Keystore(Keystore&&) noexcept = default;

Keystore Keystore::generate(crypto::RootProvider& provider) {
    auto state = std::make_unique<State>();
    auto created = provider.create();
    if (created.blob.size() > crypto::RootProvider::max_blob || created.key.size() != key_size) {
        fail(Status::ERR_CALLBACK,
             "the root key provider returned a key of {} bytes and a blob of {} bytes; "
             "{} and at most {} are needed",
             created.key.size(), created.blob.size(), key_size, crypto::RootProvider::max_blob);
    }
    state->clear.sequence = 1;
    state->clear.instance_id = crypto::random_array<16>();
    state->clear.provider_kind = provider.kind();
    state->clear.provider_blob = std::move(created.blob);
    state->root_key = std::move(created.key);
    for (const KeyPurpose purpose : all_purposes) {
        state->entries.push_back({purpose, 1, crypto::random_secret(key_size)});
    }
    return Keystore(std::move(state));
}

void Keystore::publish(Folder& folder) {
    Bytes contents;
    for (std::size_t i = 0; i < keystore_slots; ++i) {
        const Bytes slot = state_->slot();
        contents.insert(contents.end(), slot.begin(), slot.end());
    }
    write_durably(folder, file_name, contents);
}

Keystore::Keystore(Folder& folder, crypto::RootProvider& provider) : state_(std::make_unique<State>()) {
    const auto file = folder.open(file_name);
    constexpr std::size_t file_size = keystore_slot_size * keystore_slots;
    Bytes contents(file_size);
    contents.resize(file->read_at(0, contents));

    std::array<std::optional<KeystoreSlot>, keystore_slots> slots;
    for (std::size_t i = 0; i < keystore_slots; ++i) {
        const std::size_t at = std::min(i * keystore_slot_size, contents.size());
        const std::size_t size = std::min(keystore_slot_size, contents.size() - at);
        slots[i] = read_slot(ByteView(contents).subspan(at, size));
    }
    const auto newest = std::ranges::max_element(
        slots, {}, [](const std::optional<KeystoreSlot>& slot) { return slot ? slot->sequence : 0; });
    if (!*newest) {
        fail(Status::ERR_CORRUPT, "both slots of '{}/{}' are damaged; restore the file from a backup",
             folder.path(), file_name);
    }
    state_->clear = **newest;
    if (state_->clear.provider_kind != provider.kind()) {
        fail(Status::ERR_WRONG_KEY, "this instance was created with {} as its root key, not with {}",
             provider_name(state_->clear.provider_kind), provider_name(provider.kind()));
    }
    state_->root_key = provider.unlock(state_->clear.provider_blob);
    state_->entries = decode(open_slot(state_->clear, state_->root_key));

    // Only now, with the right key proven, may the file change. A slot of an earlier sequence is an
    // unfinished change, not damage.
    const Bytes keys_in_force = state_->slot();
    for (std::size_t i = 0; i < keystore_slots; ++i) {
        if (slots[i] && state_->agrees_with(*slots[i])) continue;
        if (!slots[i] || slots[i]->sequence == state_->clear.sequence) state_->repaired = true;
        file->write_at(i * keystore_slot_size, keys_in_force);
        file->sync();
    }
    if (file->size() != file_size) {
        file->truncate(file_size);
        file->sync();
        state_->repaired = true;
    }
}

const crypto::Secret& Keystore::key(KeyPurpose purpose) const {
    return key(purpose, newest_version(purpose));
}

const crypto::Secret& Keystore::key(KeyPurpose purpose, std::uint32_t version) const {
    for (const Entry& entry : state_->entries) {
        if (entry.purpose == purpose && entry.version == version) return entry.key;
    }
    fail(Status::ERR_NOT_FOUND, "the keystore has no key of purpose {} and version {}",
         static_cast<unsigned>(purpose), version);
}

std::uint32_t Keystore::newest_version(KeyPurpose purpose) const {
    std::uint32_t newest = 0;
    for (const Entry& entry : state_->entries) {
        if (entry.purpose == purpose) newest = std::max(newest, entry.version);
    }
    return newest;
}

const ByteArray<16>& Keystore::instance_id() const {
    return state_->clear.instance_id;
}

bool Keystore::repaired() const {
    return state_->repaired;
}

}  // namespace myqsec::storage
