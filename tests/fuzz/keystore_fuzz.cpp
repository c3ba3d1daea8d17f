// The keystore's file. Taken as it is, mutated files end at the checksum or the root key's seal; so a second
// way takes the input for what a slot says and holds, and seals it under the right root key: the parsers
// behind the seal see every mutation.
#include <algorithm>
#include <array>

#include "base/power_cut_folder.hpp"
#include "fuzz/fuzz_target.hpp"
#include "storage/keys/keystore.hpp"
#include "storage/keys/keystore_slot.hpp"

namespace myqsec::fuzz {

namespace {

crypto::Secret root_key() {
    return crypto::Secret(Bytes(32, 9));
}

std::unique_ptr<crypto::RootProvider> provider() {
    return crypto::callback_provider({[] {
                                          return crypto::RootProvider::Created{Bytes(5, 1), root_key()};
                                      },
                                      [](ByteView) { return root_key(); }});
}

/// A folder in memory whose keystore has these bytes.
test::PowerCutFolder folder_with(ByteView keystore) {
    test::PowerCutFolder folder(std::make_shared<test::PowerCutDisk>(1));
    folder.create(storage::Keystore::file_name)->write_at(0, keystore);
    return folder;
}

Bytes keystore_bytes() {
    test::PowerCutFolder folder(std::make_shared<test::PowerCutDisk>(1));
    const auto root = provider();
    storage::Keystore::generate(*root).publish(folder);
    return read_all(*folder.open(storage::Keystore::file_name), 1 << 16);
}

const Bytes& truth() {
    static const Bytes bytes = keystore_bytes();
    return bytes;
}

/// What opens must open again, whole, to the same keys.
void open_twice(ByteView file) {
    auto folder = folder_with(file);
    const auto root = provider();
    std::uint32_t epoch = 0;
    const auto open = [&] {
        storage::Keystore keystore(folder, *root);
        epoch = keystore.epoch();
        keystore.settle(epoch);
    };
    const auto status =
        attempt(open, {Status::ERR_CORRUPT, Status::ERR_WRONG_KEY, Status::ERR_NEWER_VERSION});
    if (status != Status::OK) return;
    const storage::Keystore again(folder, *root);
    require(again.epoch() == epoch && again.root(epoch) && again.root(epoch + 1), "and so do its epochs");
    require(!again.repaired(), "what was repaired stays repaired");
    const auto version = again.newest_version(storage::KeyPurpose::main_database);
    if (version > 0) static_cast<void>(again.key(storage::KeyPurpose::main_database, version));
}

storage::KeystoreSlot slot_from(Choices& choices) {
    storage::KeystoreSlot slot;
    slot.sequence = choices.byte();
    slot.provider_kind = choices.byte() % 8 == 0 ? 1 : 3;
    const ByteView blob = choices.bytes(choices.byte());
    slot.provider_blob.assign(blob.begin(), blob.end());
    return slot;
}

crypto::Secret contents_from(ByteView input) {
    crypto::Secret contents(storage::keystore_secret_size);
    std::copy_n(input.begin(), std::min(input.size(), contents.size()), contents.span().begin());
    return contents;
}

/// Four sealed slots, of two kinds; the second has the first's contents, or what is left of the input.
void open_sealed(Choices choices) {
    const auto first = slot_from(choices);
    const auto second = slot_from(choices);
    const auto order = choices.byte();
    const ByteView contents = choices.bytes(storage::keystore_secret_size);
    const std::array slots{
        storage::write_slot(first, root_key(), contents_from(contents)),
        storage::write_slot(second, root_key(), contents_from(order % 2 == 0 ? contents : choices.rest()))};
    Bytes file;
    for (std::size_t i = 0; i < storage::keystore_slots; ++i) {
        const auto& slot = slots[(order >> (i + 1)) % 2];
        file.insert(file.end(), slot.begin(), slot.end());
    }
    open_twice(file);
}

}  // namespace

void run(ByteView input) {
    if (input.empty()) return;
    if (input[0] % 2 == 0) return open_twice(input.subspan(1));
    open_sealed(Choices(input.subspan(1)));
}

std::vector<Bytes> seeds() {
    Bytes torn = truth();
    std::fill(torn.begin() + 4096, torn.end(), std::uint8_t{0});
    const auto contents = [](std::size_t index) {
        const auto bytes =
            ByteView(truth()).subspan(index * storage::keystore_slot_size, storage::keystore_slot_size);
        return storage::open_slot(*storage::read_slot(bytes), root_key());
    };
    const Bytes sealed = ByteWriter()
                             .raw(Bytes{1, 1, 2, 7, 7, 2, 1, 1, 9, 0, 25})
                             .raw(contents(0).view())
                             .raw(contents(2).view())
                             .take();
    return {seed_of(0, truth()), seed_of(0, torn), seed_of(1, sealed)};
}

}  // namespace myqsec::fuzz
