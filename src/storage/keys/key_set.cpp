#include "storage/keys/key_set.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "storage/keys/keystore_slot.hpp"

namespace myqsec::storage {

namespace {

constexpr std::size_t entry_overhead = 8;  // purpose 2, version 4, length 2

}  // namespace

const crypto::Secret* KeySet::find(KeyPurpose purpose, std::uint32_t version) const {
    return share(purpose, version).get();
}

std::shared_ptr<const crypto::Secret> KeySet::share(KeyPurpose purpose, std::uint32_t version) const {
    const auto found = keys_.find({purpose, version});
    return found == keys_.end() ? nullptr : found->second;
}

void KeySet::put(KeyPurpose purpose, std::uint32_t version, const crypto::Secret& key) {
    keys_.insert_or_assign({purpose, version}, std::make_shared<const crypto::Secret>(key.clone()));
}

void KeySet::drop(KeyPurpose purpose, std::uint32_t version) {
    keys_.erase({purpose, version});
}

std::vector<std::uint32_t> KeySet::versions(KeyPurpose purpose) const {
    std::vector<std::uint32_t> out;
    for (const auto& [name, key] : keys_) {
        if (name.first == purpose) out.push_back(name.second);
    }
    return out;
}

std::uint32_t KeySet::newest(KeyPurpose purpose) const noexcept {
    std::uint32_t newest = 0;
    for (const auto& [name, key] : keys_) {  // in ascending order
        if (name.first == purpose) newest = name.second;
    }
    return newest;
}

// Entries one after the other, then zeros. A purpose of 0 ends the list.
crypto::Secret KeySet::encode() const {
    crypto::Secret out(keystore_secret_size);
    std::uint8_t* to = out.span().data();
    const std::uint8_t* const end = to + out.size();
    for (const auto& [name, key] : keys_) {
        if (static_cast<std::size_t>(end - to) < entry_overhead + key->size() + 2) {
            fail(Status::ERR_LIMIT,
                 "the keystore is full; let old key versions expire first (backup keys, unfinished "
                 "rotations)");
        }
        store_be(to, static_cast<std::uint16_t>(name.first));
        store_be(to + 2, name.second);
        store_be(to + 6, static_cast<std::uint16_t>(key->size()));
        to = std::ranges::copy(key->view(), to + entry_overhead).out;
    }
    return out;
}

KeySet KeySet::decode(const crypto::Secret& encoded) {
    KeySet out;
    ByteReader reader(encoded.view(), "the keystore");
    while (const auto purpose = reader.integer<std::uint16_t>()) {
        const auto version = reader.integer<std::uint32_t>();
        const auto size = reader.integer<std::uint16_t>();
        out.put(static_cast<KeyPurpose>(purpose), version, crypto::Secret(reader.raw(size)));
    }
    return out;
}

}  // namespace myqsec::storage
