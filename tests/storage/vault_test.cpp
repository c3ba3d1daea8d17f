#include "storage/vault.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/fault_folder.hpp"
#include "base/status_of.hpp"
#include "crypto/random.hpp"
#include "storage/keys/personal_field.hpp"
#include "storage/vault_fixture.hpp"

using namespace myqsec;
using namespace myqsec::storage;
using test::status_of;

TEST_CASE("a vault keeps what was committed across a restart") {
    test::VaultFixture fixture;
    LeafId leaf;
    std::string key;
    {
        Transaction transaction(fixture.vault->main());
        leaf = fixture.vault->leaf_keys().create(transaction, LeafKind::job);
        transaction.commit();
        key = to_hex(fixture.vault->leaf_keys().get(leaf).view());
    }
    fixture.close();
    fixture.open();
    CHECK(to_hex(fixture.vault->leaf_keys().get(leaf).view()) == key);
    CHECK(fixture.vault->findings().empty());
}

TEST_CASE("a second engine, in this process or another, is told IN_USE") {
    test::VaultFixture fixture;
    CHECK(status_of([&] { Vault(fixture.temporary.open(), *fixture.root, fixture.clock); }) ==
          Status::ERR_IN_USE);
    const pid_t child = ::fork();
    if (child == 0) {
        const Status status =
            status_of([&] { Vault(fixture.temporary.open(), *fixture.root, fixture.clock); });
        ::_exit(status == Status::ERR_IN_USE ? 0 : 1);
    }
    int result = 0;
    REQUIRE(::waitpid(child, &result, 0) == child);
    CHECK(WIFEXITED(result));
    CHECK(WEXITSTATUS(result) == 0);
    fixture.close();
    CHECK_NOTHROW(fixture.open());
}

TEST_CASE("who removes the lock file of an open instance lets no second engine in") {
    test::VaultFixture fixture;
    CHECK(fixture.temporary.open()->remove("lock"));
    for (int again = 0; again < 2; ++again) {
        CHECK(status_of([&] { Vault(fixture.temporary.open(), *fixture.root, fixture.clock); }) ==
              Status::ERR_IN_USE);
    }
    fixture.close();
    CHECK_NOTHROW(fixture.open());
}

TEST_CASE("an instance that its process has closed opens, though a forked child lives on") {
    test::VaultFixture fixture;
    int pipe[2];
    REQUIRE(::pipe(pipe) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
        ::close(pipe[1]);
        char byte = 0;
        ::_exit(static_cast<int>(::read(pipe[0], &byte, 1)));  // until the parent is done
    }
    ::close(pipe[0]);
    fixture.close();
    CHECK_NOTHROW(fixture.open());
    ::close(pipe[1]);
    int result = 0;
    REQUIRE(::waitpid(child, &result, 0) == child);
}

TEST_CASE("a folder without a keystore is no instance; one with foreign files is not made one") {
    const test::TemporaryFolder temporary;
    const test::ManualClock clock;
    const auto root = test::key_file_root();
    CHECK(status_of([&] { Vault(temporary.open(), *root, clock); }) == Status::ERR_NOT_FOUND);
    CHECK(std::filesystem::is_empty(temporary.path()));
    std::ofstream(temporary.path() + "/letter.txt") << "mine";
    CHECK(status_of([&] { Vault::create(*temporary.open(), *root); }) == Status::ERR_EXISTS);
    CHECK(std::filesystem::exists(temporary.path() + "/letter.txt"));
}

TEST_CASE("an instance is never created over another") {
    const test::VaultFixture fixture;
    CHECK(status_of([&] { Vault::create(*fixture.temporary.open(), *fixture.root); }) == Status::ERR_EXISTS);
}

TEST_CASE("a creation that was cut off before its first opening is begun again") {
    const test::TemporaryFolder temporary;
    const test::ManualClock clock;
    const auto root = test::key_file_root();
    const auto folder = temporary.open();
    Vault::create(*folder, *root, test::blob_folders);
    CHECK(folder->exists("unfinished"));
    SUBCASE("before its keystore") {
        folder->remove("keystore");
    }
    SUBCASE("behind it") {}
    folder->create("main.db-convert");
    folder->create("log.db-marks");
    folder->create("keystore.new");
    for (const auto store : test::blob_folders) {
        folder->folder(store)->create(std::string(32, 'a'));
        folder->folder(store)->create("README");
        folder->folder(store)->folder(std::string(32, 'b'));  // nobody's document
    }
    CHECK_NOTHROW(Vault::create(*folder, *root, test::blob_folders));
    for (const auto* name : {"main.db-convert", "log.db-marks", "keystore.new"})
        CHECK_FALSE(folder->exists(name));
    for (const auto store : test::blob_folders) {
        auto left = folder->folder(store)->list();
        std::ranges::sort(left);
        CHECK(left == std::vector<std::string>{"README", std::string(32, 'b')});
    }
    const auto vault = test::VaultFixture::opened(temporary.open(), *root, clock);
    test::VaultFixture::migrate(*vault);
    CHECK(folder->exists("unfinished"));
    vault->begin_opening();
    CHECK_FALSE(folder->exists("unfinished"));
}

TEST_CASE("a creation that was cut off within its opening is begun again, also where that is cut off") {
    for (std::uint64_t n = 1;; ++n) {
        CAPTURE(n);
        const test::TemporaryFolder temporary;
        const test::ManualClock clock;
        const auto root = test::key_file_root();
        Vault::create(*temporary.open(), *root, test::blob_folders);
        {
            Vault vault(temporary.open(), *root, clock,
                        {.blob_folders = test::blob_folders, .creation_goes_on = true});
            test::VaultFixture::migrate(vault);
            vault.begin_opening();
        }
        const auto plan = std::make_shared<test::FaultPlan>();
        plan->fail_at = n;
        plan->for_good = true;
        test::FaultFolder faulty(temporary.open(), plan);
        static_cast<void>(status_of([&] { Vault::create(faulty, *root, test::blob_folders); }));
        if (!plan->struck()) break;
        CHECK_NOTHROW(Vault::create(*temporary.open(), *root, test::blob_folders));
        const auto vault = test::VaultFixture::opened(temporary.open(), *root, clock);
        CHECK(vault->findings().empty());
    }
}

TEST_CASE("an instance whose keystore was moved away is no leftover: nothing of it is removed") {
    test::VaultFixture fixture;
    fixture.close();
    const auto folder = fixture.temporary.open();
    SUBCASE("renamed") {
        folder->rename("keystore", "keystore.broken");
    }
    SUBCASE("taken elsewhere") {
        folder->remove("keystore");
    }
    const auto before = folder->list();
    try {
        Vault::create(*folder, *fixture.root);
        FAIL("created over an instance");
    } catch (const Error& error) {
        CHECK(error.status() == Status::ERR_EXISTS);
        CHECK(std::string(error.what()).find("keystore was moved away") != std::string::npos);
    }
    CHECK(folder->list() == before);
}

TEST_CASE("beside an unfinished instance a foreign file is named, and nothing is removed") {
    const test::TemporaryFolder temporary;
    const auto root = test::key_file_root();
    const auto folder = temporary.open();
    Vault::create(*folder, *root);
    folder->remove("keystore");
    for (const auto* name : {"main.db.old", "log.db-shm", "keystore.broken", "letter.txt"}) {
        CAPTURE(std::string(name));
        folder->create(name);
        const auto before = folder->list();
        try {
            Vault::create(*folder, *root);
            FAIL("created beside a foreign file");
        } catch (const Error& error) {
            CHECK(error.status() == Status::ERR_EXISTS);
            CHECK(std::string(error.what()).find(name) != std::string::npos);
        }
        CHECK(folder->list() == before);
        folder->remove(name);
    }
    CHECK_NOTHROW(Vault::create(*folder, *root));
}

TEST_CASE("databases of another instance, or swapped ones, are CORRUPT") {
    test::VaultFixture one;
    test::VaultFixture two;
    one.close();
    two.close();
    const auto main = [](const test::VaultFixture& fixture) { return fixture.temporary.path() + "/main.db"; };
    SUBCASE("another instance's") {
        std::filesystem::remove(main(one) + "-wal");
        std::filesystem::copy_file(main(two), main(one), std::filesystem::copy_options::overwrite_existing);
    }
    SUBCASE("main and log swapped") {
        const std::string log = one.temporary.path() + "/log.db";
        std::filesystem::remove(main(one) + "-wal");
        std::filesystem::remove(log + "-wal");
        std::filesystem::rename(main(one), log + ".swap");
        std::filesystem::rename(log, main(one));
        std::filesystem::rename(log + ".swap", log);
    }
    CHECK(status_of([&] { one.open(); }) == Status::ERR_CORRUPT);
}

TEST_CASE("a destroyed leaf key is gone for good, and its id is not used again") {
    test::VaultFixture fixture;
    LeafKeys& keys = fixture.vault->leaf_keys();
    Transaction transaction(fixture.vault->main());
    const LeafId leaf = keys.create(transaction, LeafKind::person);
    const LeafId other = keys.create(transaction, LeafKind::person);
    CHECK(leaf != other);
    keys.destroy(transaction, leaf);
    keys.destroy(transaction, leaf);
    transaction.commit();
    CHECK_FALSE(keys.exists(leaf));
    CHECK(status_of([&] { (void)keys.get(leaf); }) == Status::ERR_NOT_FOUND);
    CHECK(keys.exists(other));
}

TEST_CASE("a node of the key tree put into another's row does not open") {
    test::VaultFixture fixture;
    LeafKeys& keys = fixture.vault->leaf_keys();
    Database& main = fixture.vault->main();
    Transaction transaction(main);
    std::vector<LeafId> leaves;
    for (int i = 0; i < 2 * KeyTree::arity; ++i)
        leaves.push_back(keys.create(transaction, LeafKind::job));
    main.run(
        "UPDATE key_node SET sealed = (SELECT sealed FROM key_node WHERE level = 1 ORDER BY id LIMIT 1) "
        "WHERE level = 1");
    CHECK_NOTHROW((void)keys.get(leaves.front()));
    CHECK(status_of([&] { (void)keys.get(leaves.back()); }) == Status::ERR_CORRUPT);
}

TEST_CASE("a personal field opens in its place, under its key, and nowhere else") {
    const crypto::Secret key(Bytes(32, 1));
    const crypto::Secret other(Bytes(32, 2));
    const std::string name = "Žofie Nováková";
    const Bytes sealed = seal_field(key, "user.full_name:17", name);
    CHECK(open_field(key, "user.full_name:17", sealed) == name);
    CHECK(seal_field(key, "user.full_name:17", "A").size() == sealed.size());
    CHECK(open_field(key, "user.full_name:17", {}).empty());
    CHECK(status_of([&] { (void)open_field(key, "user.full_name:18", sealed); }) == Status::ERR_CORRUPT);
    CHECK(status_of([&] { (void)open_field(other, "user.full_name:17", sealed); }) == Status::ERR_CORRUPT);
    CHECK(status_of([&] { (void)seal_field(key, "x", std::string(70000, 'a')); }) == Status::ERR_LIMIT);
}

TEST_CASE("a creation of which any one call failed leaves a folder in which it can be repeated") {
    for (const auto fault : {test::Fault::io_error, test::Fault::sync_failure}) {
        for (std::uint64_t n = 1;; ++n) {
            CAPTURE(n);
            const test::TemporaryFolder temporary;
            const auto plan =
                std::make_shared<test::FaultPlan>(test::FaultPlan{.fault = fault, .fail_at = n});
            test::FaultFolder faulty(temporary.open(), plan);
            const auto root = test::key_file_root();
            const auto status = status_of([&] { Vault::create(faulty, *root); });
            if (!plan->struck()) break;
            if (status != Status::OK) Vault::create(*temporary.open(), *root);
            const test::ManualClock clock;
            const Vault vault(temporary.open(), *root, clock);
            CHECK(vault.findings().empty());
        }
    }
}
