// What the main database knows of the keystore, commit by commit within one opening.
#include <array>
#include <filesystem>
#include <functional>
#include <memory>
#include <vector>

#include <doctest/doctest.h>

#include "base/power_cut_folder.hpp"
#include "base/rounds.hpp"
#include "base/status_of.hpp"
#include "storage/database_fixture.hpp"
#include "storage/keys/backup_keys.hpp"
#include "storage/vault_fixture.hpp"

using namespace myqsec;
using namespace myqsec::storage;
using test::status_of;

namespace {

constexpr auto day = std::chrono::hours(24);

void commit(Vault& vault) {
    Transaction transaction(vault.main());
    vault.main().run("INSERT INTO t VALUES (1)");
    transaction.commit();
}

void turn(Vault& vault) {
    Transaction transaction(vault.main());
    vault.leaf_keys().mark_all(transaction);
    vault.leaf_keys().commit_erased(transaction);
}

/// A vault in use, with a copy of its keystore as it was before a change.
struct InUse : test::VaultFixture {
    std::unique_ptr<crypto::RootProvider> later_root = test::key_file_root(8);
    test::TemporaryFolder copy;
    Bytes earlier;

    InUse() {
        vault->begin_opening();
        vault->main().execute("CREATE TABLE t (id INTEGER)");
        static_cast<void>(backup_key_until(vault->keystore(), clock.now(), clock.now() + day));
        commit(*vault);
        earlier = keystore();
    }
    [[nodiscard]] Bytes keystore() const { return test::read_raw(temporary.path() + "/keystore"); }
    [[nodiscard]] std::uintmax_t log_size() const {
        return std::filesystem::file_size(temporary.path() + "/main.db-wal");
    }

    /// What is found when all files are opened as they are now, as after a power cut.
    std::string open_now(crypto::RootProvider& with, const Bytes& keystore, bool accepting = false) const {
        const auto how = std::filesystem::copy_options::recursive;
        std::filesystem::remove_all(copy.path());
        std::filesystem::copy(temporary.path(), copy.path(), how);
        test::write_raw(copy.path() + "/keystore", keystore);
        const Vault opened(open_folder(copy.path(), false), with, clock,
                           {.blob_folders = test::blob_folders, .accept_earlier_parts = accepting});
        std::string codes;
        for (const auto& finding : opened.findings())
            codes += finding.code + " ";
        return codes;
    }
    [[nodiscard]] Status with_earlier_keystore() const {
        return status_of([&] { static_cast<void>(open_now(*root, earlier)); });
    }
};

struct Change {
    const char* name;
    std::function<void(InUse&)> make;
    bool changes_root = false;
    bool opens_accepted = true;  ///< nothing in force is missing in the keystore of before
};

const std::array changes = {
    Change{"the root key", [](InUse& of) { of.vault->keystore().change_root(*of.later_root); }, true},
    Change{"the main database's key",
           [](InUse& of) { static_cast<void>(of.vault->rotate_database_key(DatabaseRole::main)); }},
    Change{"the log's key",
           [](InUse& of) { static_cast<void>(of.vault->rotate_database_key(DatabaseRole::log)); }},
    Change{"a new backup key",
           [](InUse& of) {
               const auto now = of.clock.now();
               static_cast<void>(backup_key_until(of.vault->keystore(), now, now + 30 * day));
           }},
    Change{"an expired backup key",
           [](InUse& of) {
               auto& keystore = of.vault->keystore();
               drop_backup_keys(keystore, backup_keys(keystore));
           }},
    Change{"a turn of the key tree", [](InUse& of) { turn(*of.vault); }, false, false},
};

}  // namespace

TEST_CASE("an earlier keystore does not open beside a main database that has committed since") {
    for (const auto& change : changes) {
        for (const int commits : {1, 3}) {
            CAPTURE(change.name);
            CAPTURE(commits);
            InUse vault;
            change.make(vault);
            for (int i = 0; i < commits; ++i)
                commit(*vault.vault);
            CHECK(vault.with_earlier_keystore() == Status::ERR_TAMPERED);
            if (change.opens_accepted) {
                CHECK(vault.open_now(*vault.root, vault.earlier, true) == "keystore-earlier ");
            } else {
                CHECK(status_of([&] {
                          static_cast<void>(vault.open_now(*vault.root, vault.earlier, true));
                      }) == Status::ERR_CORRUPT);
            }
            auto& root = change.changes_root ? *vault.later_root : *vault.root;
            CHECK(vault.open_now(root, vault.keystore()).empty());
        }
    }
}

TEST_CASE("... nor after a tick in which nothing else committed, and one without a change writes nothing") {
    for (const auto& change : changes) {
        CAPTURE(change.name);
        InUse vault;
        change.make(vault);
        vault.vault->note_keystore();
        CHECK(vault.with_earlier_keystore() == Status::ERR_TAMPERED);
        const auto size = vault.log_size();
        vault.vault->note_keystore();
        CHECK(vault.log_size() == size);
    }
}

TEST_CASE("what the main database knows of the keystore follows again after a commit that failed") {
    InUse vault;
    vault.vault->keystore().change_root(*vault.later_root);
    {
        Transaction transaction(vault.vault->main());
        const auto nothing = [] {};
        const auto refuse = [] { fail(Status::ERR_NO_SPACE, "no room"); };
        transaction.at_end([&] { transaction.at_end(refuse, nothing); }, nothing);  // the very last
        CHECK(status_of([&] { transaction.commit(); }) == Status::ERR_NO_SPACE);
    }
    commit(*vault.vault);
    CHECK(vault.with_earlier_keystore() == Status::ERR_TAMPERED);
}

TEST_CASE("no power cut makes a keystore seem to be of an earlier time than the main database") {
    const auto root = test::key_file_root();
    const auto other_root = test::key_file_root(8);
    const test::ManualClock clock;
    const auto open = [&](const std::shared_ptr<test::PowerCutDisk>& disk, crypto::RootProvider& with) {
        return std::make_unique<Vault>(std::make_unique<test::PowerCutFolder>(disk), with, clock);
    };
    const auto status_with = [&](const std::shared_ptr<test::PowerCutDisk>& disk,
                                 crypto::RootProvider& with) {
        return status_of([&] { static_cast<void>(open(disk, with)); });
    };
    int states = 0;
    for (int seed = 0; seed < test::rounds("MYQSEC_POWER_CUT_ROUNDS", 12); ++seed) {
        const auto disk = std::make_shared<test::PowerCutDisk>(static_cast<unsigned>(seed));
        test::PowerCutFolder folder(disk);
        Vault::create(folder, *root);
        const auto vault = open(disk, *root);
        vault->migrate({}, {});
        vault->begin_opening();
        vault->main().execute("CREATE TABLE t (id INTEGER)");
        std::vector<std::shared_ptr<test::PowerCutDisk>> cuts;
        disk->at_every_write([&] {
            if (disk->random() % 4 == 0) cuts.push_back(disk->cut());
        });
        for (int round = 0; round < 6; ++round) {
            vault->keystore().change_root(round % 2 == 0 ? *other_root : *root);
            Transaction transaction(vault->main());
            vault->main().run("INSERT INTO t VALUES (2)");
            transaction.commit_unsynced();
            turn(*vault);
            turn(*vault);
            if (round % 2 == 0) commit(*vault);
            vault->note_keystore();
        }
        vault->end_opening();
        disk->at_every_write({});
        for (const auto& after : cuts) {
            ++states;
            auto status = status_with(after, *root);  // where its change was cut off, either may open
            if (status == Status::ERR_WRONG_KEY) status = status_with(after, *other_root);
            CHECK(status == Status::OK);
        }
    }
    CHECK(states > 100);
    MESSAGE("states after a power cut: " << states);
}
