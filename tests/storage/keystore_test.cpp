#include "storage/keys/keystore.hpp"

#include <doctest/doctest.h>

#include "base/error.hpp"
#include "base/temporary_folder.hpp"
#include "crypto/hash.hpp"
#include "storage/keys/keystore_slot.hpp"
#include "storage/vault_fixture.hpp"

using namespace myqsec;
using namespace myqsec::storage;

namespace {

struct KeystoreFile {
    test::TemporaryFolder temporary;
    std::unique_ptr<Folder> folder = temporary.open();
    std::unique_ptr<crypto::RootProvider> root = test::key_file_root();
    Bytes original;

    KeystoreFile() {
        Keystore::generate(*root).publish(*folder);
        original = read();
    }
    [[nodiscard]] Bytes read() const { return read_all(*folder->open(Keystore::file_name), 1 << 20); }
    void write(const Bytes& contents) const { write_durably(*folder, Keystore::file_name, contents); }

    /// OK, or the status with which opening fails.
    [[nodiscard]] Status open_status(bool* repaired = nullptr) const {
        try {
            const Keystore keystore(*folder, *root);
            if (repaired != nullptr) *repaired = keystore.repaired();
            return Status::OK;
        } catch (const Error& error) {
            return error.status();
        }
    }
};

}  // namespace

TEST_CASE("a keystore gives back the independent random keys it was made with") {
    const KeystoreFile file;
    const Keystore first(*file.folder, *file.root);
    const Keystore second(*file.folder, *file.root);
    CHECK_FALSE(first.repaired());
    CHECK(first.instance_id() == second.instance_id());
    const auto& main = first.key(KeyPurpose::main_database);
    CHECK(main.size() == 32);
    CHECK(to_hex(main.view()) == to_hex(second.key(KeyPurpose::main_database).view()));
    CHECK(to_hex(main.view()) != to_hex(first.key(KeyPurpose::log_database).view()));
    CHECK_THROWS_AS((void)first.key(KeyPurpose::lookup, 9), Error);
}

TEST_CASE("another root secret, or another kind of it, is WRONG_KEY and changes nothing") {
    KeystoreFile file;
    file.root = test::key_file_root(8);
    CHECK(file.open_status() == Status::ERR_WRONG_KEY);
    file.root = crypto::passphrase_provider(crypto::Secret(as_bytes("a passphrase")), {8, 1, 1});
    CHECK(file.open_status() == Status::ERR_WRONG_KEY);
    CHECK(file.read() == file.original);
}

TEST_CASE("every flipped byte of the keystore is noticed and repaired from the other slot") {
    const KeystoreFile file;
    const Keystore intact(*file.folder, *file.root);
    const std::string key = to_hex(intact.key(KeyPurpose::lookup).view());
    for (std::size_t at = 0; at < file.original.size(); ++at) {
        Bytes damaged = file.original;
        damaged[at] ^= static_cast<std::uint8_t>(1U << (at % 8));
        file.write(damaged);
        const Keystore keystore(*file.folder, *file.root);
        REQUIRE(keystore.repaired());
        REQUIRE(to_hex(keystore.key(KeyPurpose::lookup).view()) == key);
        REQUIRE_FALSE(Keystore(*file.folder, *file.root).repaired());
    }
}

TEST_CASE("damage to both slots is CORRUPT") {
    const KeystoreFile file;
    Bytes damaged = file.original;
    damaged[100] ^= 1;
    damaged[keystore_slot_size + 2000] ^= 1;
    file.write(damaged);
    CHECK(file.open_status() == Status::ERR_CORRUPT);
    CHECK(file.read() == damaged);
}

TEST_CASE("a keystore cut short or grown opens while a slot is whole, and is repaired") {
    const KeystoreFile file;
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, keystore_slot_size - 1}) {
        file.write(Bytes(file.original.begin(), file.original.begin() + static_cast<std::ptrdiff_t>(size)));
        CHECK(file.open_status() == Status::ERR_CORRUPT);
    }
    for (const std::size_t size : {keystore_slot_size, keystore_slot_size + 1, 2 * keystore_slot_size - 1}) {
        file.write(Bytes(file.original.begin(), file.original.begin() + static_cast<std::ptrdiff_t>(size)));
        bool repaired = false;
        CHECK(file.open_status(&repaired) == Status::OK);
        CHECK(repaired);
        CHECK(file.read().size() == 2 * keystore_slot_size);
    }
    Bytes grown = file.original;
    grown.push_back(0);
    file.write(grown);
    bool repaired = false;
    CHECK(file.open_status(&repaired) == Status::OK);
    CHECK(repaired);
}

TEST_CASE("a keystore of a newer version says so and stays as it is") {
    const KeystoreFile file;
    Bytes newer = file.original;
    for (std::size_t slot = 0; slot < keystore_slots; ++slot) {
        const auto bytes = ByteSpan(newer).subspan(slot * keystore_slot_size, keystore_slot_size);
        bytes[7] = 2;
        const auto checksum = crypto::sha256(bytes.first(keystore_slot_size - 32));
        std::ranges::copy(checksum, bytes.last(32).begin());
    }
    file.write(newer);
    CHECK(file.open_status() == Status::ERR_NEWER_VERSION);
    CHECK(file.read() == newer);
}

TEST_CASE("a slot of another instance is replaced by this instance's own") {
    const KeystoreFile file;
    const KeystoreFile other;
    Bytes mixed = file.original;
    std::copy(other.original.begin() + keystore_slot_size, other.original.end(),
              mixed.begin() + keystore_slot_size);
    file.write(mixed);
    const std::string id = to_hex(ByteView(mixed).subspan(16, 16));
    const Keystore keystore(*file.folder, *file.root);
    CHECK(keystore.repaired());
    CHECK(to_hex(keystore.instance_id()) == id);
}

TEST_CASE("no key stands in the keystore file in the clear") {
    const KeystoreFile file;
    const Keystore keystore(*file.folder, *file.root);
    const std::string contents(file.original.begin(), file.original.end());
    for (const KeyPurpose purpose :
         {KeyPurpose::main_database, KeyPurpose::lookup, KeyPurpose::audit_signing}) {
        CHECK(contents.find(as_text(keystore.key(purpose).view())) == std::string::npos);
    }
}
