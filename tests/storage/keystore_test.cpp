#include "storage/keys/keystore.hpp"

#include <algorithm>

#include <doctest/doctest.h>

#include "base/error.hpp"
#include "base/power_cut_folder.hpp"
#include "base/status_of.hpp"
#include "crypto/hash.hpp"
#include "storage/keys/keystore_slot.hpp"
#include "storage/vault_fixture.hpp"

using namespace myqsec;
using namespace myqsec::storage;

namespace {

struct KeystoreFile {
    std::unique_ptr<Folder> folder =
        std::make_unique<test::PowerCutFolder>(std::make_shared<test::PowerCutDisk>(1));  // in memory
    std::unique_ptr<crypto::RootProvider> root = test::key_file_root();
    Bytes original;

    KeystoreFile() {
        Keystore::generate(*root).publish(*folder);
        original = read();
    }
    [[nodiscard]] Bytes read() const { return read_all(*folder->open(Keystore::file_name), 1 << 20); }
    void write(const Bytes& contents) const { write_durably(*folder, Keystore::file_name, contents); }

    /// As a vault opens it, whose database names this epoch.
    [[nodiscard]] Keystore open(std::uint32_t epoch = 1) const {
        Keystore keystore(*folder, *root);
        keystore.settle(epoch);
        return keystore;
    }
    /// OK, or the status with which opening fails.
    [[nodiscard]] Status open_status(bool* repaired = nullptr) const {
        try {
            const auto keystore = open();
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
    const auto first = file.open();
    const auto second = file.open();
    CHECK_FALSE(first.repaired());
    CHECK(first.instance_id() == second.instance_id());
    const auto& main = first.key(KeyPurpose::main_database);
    CHECK(main.size() == 32);
    CHECK(to_hex(main.view()) == to_hex(second.key(KeyPurpose::main_database).view()));
    CHECK(to_hex(main.view()) != to_hex(first.key(KeyPurpose::log_database).view()));
    CHECK_THROWS_AS((void)first.key(KeyPurpose::lockout, 9), Error);
}

TEST_CASE("another root secret, or another kind of it, is WRONG_KEY and changes nothing") {
    KeystoreFile file;
    file.root = test::key_file_root(8);
    CHECK(file.open_status() == Status::ERR_WRONG_KEY);
    file.root = crypto::passphrase_provider(crypto::Secret(as_bytes("a passphrase")), {8, 1, 1});
    CHECK(file.open_status() == Status::ERR_WRONG_KEY);
    CHECK(file.read() == file.original);
}

TEST_CASE("a keystore that was altered to cost hours or all memory is CORRUPT at once") {
    KeystoreFile file;
    file.root = crypto::passphrase_provider(crypto::Secret(as_bytes("a passphrase")), {8, 1, 1});
    file.folder->remove(Keystore::file_name);
    Keystore::generate(*file.root).publish(*file.folder);
    CHECK(file.open_status() == Status::OK);
    auto altered = file.read();
    for (std::size_t at = 0; at < altered.size(); at += keystore_slot_size) {
        const auto slot = ByteSpan(altered).subspan(at, keystore_slot_size);
        const auto parameters = ByteWriter().integer(std::uint8_t{1}).integer(8U).integer(1U).take();
        const auto found = std::search(slot.begin(), slot.end(), parameters.begin(), parameters.end());
        REQUIRE(found != slot.end());
        store_be(&*found + 1, std::uint32_t{1} << 21);
        store_be(&*found + 5, std::uint32_t{1000});
        const auto sum = crypto::sha256(slot.first(slot.size() - sizeof(crypto::Digest)));
        std::ranges::copy(sum, slot.end() - sizeof(crypto::Digest));
    }
    file.write(altered);
    CHECK(file.open_status() == Status::ERR_CORRUPT);
}

TEST_CASE("every flipped byte of the keystore is noticed and repaired from its slot's twin") {
    const KeystoreFile file;
    const auto intact = file.open();
    const std::string key = to_hex(intact.key(KeyPurpose::lockout).view());
    const std::string next = to_hex(intact.root(2)->view());
    for (std::size_t at = 0; at < file.original.size(); ++at) {
        Bytes damaged = file.original;
        damaged[at] ^= static_cast<std::uint8_t>(1U << (at % 8));
        file.write(damaged);
        const auto keystore = file.open();
        REQUIRE(keystore.repaired());
        REQUIRE(to_hex(keystore.key(KeyPurpose::lockout).view()) == key);
        REQUIRE(to_hex(keystore.root(2)->view()) == next);
        REQUIRE_FALSE(file.open().repaired());
    }
}

TEST_CASE("a keystore opens while one slot of the epoch in force is whole, and is then whole again") {
    const KeystoreFile file;
    const std::string key = to_hex(file.open().key(KeyPurpose::lockout).view());
    for (const std::uint32_t epoch : {1U, 2U}) {
        for (unsigned damaged = 1; damaged < 16; ++damaged) {
            CAPTURE(damaged);
            CAPTURE(epoch);
            Bytes contents = file.original;
            for (std::size_t slot = 0; slot < keystore_slots; ++slot) {
                if ((damaged >> slot) % 2 == 1) contents[slot * keystore_slot_size + 2000] ^= 1;
            }
            file.write(contents);
            const unsigned both = epoch % 2 == 0 ? 3 : 12;  // of the pair in force
            if ((damaged & both) == both) {
                CHECK(test::status_of([&] { static_cast<void>(file.open(epoch)); }) == Status::ERR_CORRUPT);
                CHECK(file.read() == contents);
                continue;
            }
            const auto root = [&] {
                const auto keystore = file.open(epoch);
                CHECK(keystore.repaired());
                CHECK(to_hex(keystore.key(KeyPurpose::lockout).view()) == key);
                return to_hex(keystore.root(epoch)->view());
            }();
            const auto again = file.open(epoch);
            CHECK_FALSE(again.repaired());
            CHECK(to_hex(again.root(epoch)->view()) == root);
            CHECK(again.root(epoch + 1) != nullptr);
            CHECK(again.root(epoch - 1) == nullptr);
        }
    }
}

TEST_CASE("a keystore cut short or grown opens while a slot of its epoch is whole, and is repaired") {
    const KeystoreFile file;
    const auto cut_to = [&](std::size_t size) {
        file.write(Bytes(file.original.begin(), file.original.begin() + static_cast<std::ptrdiff_t>(size)));
    };
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{1}, keystore_slot_size, 3 * keystore_slot_size - 1}) {
        cut_to(size);
        CHECK(file.open_status() == Status::ERR_CORRUPT);
    }
    for (const std::size_t size :
         {3 * keystore_slot_size, 3 * keystore_slot_size + 1, keystore_file_size - 1}) {
        cut_to(size);
        bool repaired = false;
        CHECK(file.open_status(&repaired) == Status::OK);
        CHECK(repaired);
        CHECK(file.read().size() == keystore_file_size);
    }
    Bytes grown = file.original;
    grown.push_back(0);
    file.write(grown);
    bool repaired = false;
    CHECK(file.open_status(&repaired) == Status::OK);
    CHECK(repaired);
    CHECK(file.read().size() == keystore_file_size);
}

TEST_CASE("a keystore of another version says so and stays as it is") {
    const KeystoreFile file;
    for (const auto& [version, status] :
         {std::pair{5, Status::ERR_NEWER_VERSION}, std::pair{3, Status::ERR_CORRUPT}}) {
        Bytes other = file.original;
        for (std::size_t slot = 0; slot < keystore_slots; ++slot) {
            const auto bytes = ByteSpan(other).subspan(slot * keystore_slot_size, keystore_slot_size);
            bytes[7] = static_cast<std::uint8_t>(version);
            const auto checksum = crypto::sha256(bytes.first(keystore_slot_size - 32));
            std::ranges::copy(checksum, bytes.last(32).begin());
        }
        file.write(other);
        CHECK(file.open_status() == status);
        CHECK(file.read() == other);
    }
}

TEST_CASE("a slot of another instance is replaced by this instance's own") {
    const KeystoreFile file;
    const KeystoreFile other;
    Bytes mixed = file.original;
    std::copy_n(other.original.begin() + 3 * keystore_slot_size, keystore_slot_size,
                mixed.begin() + 3 * keystore_slot_size);
    file.write(mixed);
    const std::string id = to_hex(ByteView(mixed).subspan(40, 16));
    const auto keystore = file.open();
    CHECK(keystore.repaired());
    CHECK(to_hex(keystore.instance_id()) == id);
}

TEST_CASE("no key stands in the keystore file in the clear") {
    const KeystoreFile file;
    const auto keystore = file.open();
    const std::string contents(file.original.begin(), file.original.end());
    for (const KeyPurpose purpose :
         {KeyPurpose::main_database, KeyPurpose::lockout, KeyPurpose::audit_signing}) {
        CHECK(contents.find(as_text(keystore.key(purpose).view())) == std::string::npos);
    }
    for (const std::uint32_t epoch : {1U, 2U})
        CHECK(contents.find(as_text(keystore.root(epoch)->view())) == std::string::npos);
}
