// Erasures that come together share turns, and none returns before its key is beyond recovery.
#include <algorithm>
#include <atomic>
#include <thread>

#include <doctest/doctest.h>

#include "base/fault_folder.hpp"
#include "base/power_cut_folder.hpp"
#include "base/status_of.hpp"
#include "storage/vault_fixture.hpp"

using namespace myqsec;
using namespace myqsec::storage;

namespace {

/// A vault in memory whose calls can be counted, held up and made to fail.
struct Counted {
    std::shared_ptr<test::FaultPlan> plan = std::make_shared<test::FaultPlan>();
    test::ManualClock clock;
    std::unique_ptr<crypto::RootProvider> root = test::key_file_root();
    std::shared_ptr<test::PowerCutDisk> disk = std::make_shared<test::PowerCutDisk>(1);
    std::unique_ptr<Vault> vault;

    Counted() {
        test::PowerCutFolder folder(disk);
        Vault::create(folder, *root);
        plan->fault = test::Fault::sync_failure;
        open();
        vault->migrate({}, {});
        const auto first = create();
        erase(first);  // from here on a root is prepared
    }
    void open() {
        vault.reset();
        vault = std::make_unique<Vault>(
            std::make_unique<test::FaultFolder>(std::make_unique<test::PowerCutFolder>(disk), plan), *root,
            clock);
    }
    LeafKeys& keys() { return vault->leaf_keys(); }
    LeafId create() {
        Transaction transaction(vault->main());
        const auto leaf = keys().create(transaction, LeafKind::job);
        transaction.commit();
        return leaf;
    }
    void erase(LeafId leaf) {
        Transaction transaction(vault->main());
        keys().destroy(transaction, leaf);
        keys().commit_erased(transaction);
    }
    [[nodiscard]] std::string root_text(std::uint32_t epoch) const {
        const auto found = vault->keystore().root(epoch);
        return found ? to_hex(found->view()) : "";
    }
};

}  // namespace

TEST_CASE("a turn destroys the old root and prepares the next in one write of the keystore") {
    Counted f;
    const auto leaf = f.create();
    const auto epoch = f.vault->keystore().epoch();
    const auto next = f.root_text(epoch + 1);
    Transaction transaction(f.vault->main());
    f.keys().destroy(transaction, leaf);
    transaction.commit();
    const auto before = f.plan->calls;
    f.keys().turn();
    CHECK(f.plan->calls - before == 2);
    CHECK(f.vault->keystore().epoch() == epoch + 1);
    CHECK(f.root_text(epoch).empty());
    CHECK(f.root_text(epoch + 1) == next);
    CHECK_FALSE(f.root_text(epoch + 2).empty());
}

TEST_CASE("a prepared root is used for one attempt, and never one of an earlier process") {
    Counted f;
    const auto one = f.create();
    auto epoch = f.vault->keystore().epoch();
    auto prepared = f.root_text(epoch + 1);
    SUBCASE("a turn that failed before its end") {
        for (std::uint64_t fail_at = 1; fail_at <= 3; ++fail_at) {
            const auto leaf = f.create();
            epoch = f.vault->keystore().epoch();
            prepared = f.root_text(epoch + 1);
            f.plan->calls = 0;
            f.plan->fail_at = fail_at;
            const auto status = test::status_of([&] { f.erase(leaf); });
            f.plan->fail_at = std::numeric_limits<std::uint64_t>::max();
            if (status == Status::OK) break;
            test::status_of([&] { f.keys().turn(); });
            f.open();
            f.keys().turn();
            const auto now = f.vault->keystore().epoch();
            CHECK_FALSE(f.keys().has_waiting());
            if (f.keys().exists(leaf)) {
                CHECK(now == epoch);
            } else {
                CHECK(now > epoch);
                CHECK(f.root_text(epoch).empty());
            }
        }
    }
    SUBCASE("reopened") {
        f.open();
        CHECK(f.root_text(epoch + 1) == prepared);
        f.erase(one);
        CHECK(f.vault->keystore().epoch() == epoch + 1);
        CHECK(f.root_text(epoch + 1) != prepared);
    }
}

TEST_CASE("sixteen threads that erase together share turns, and none returns early") {
    constexpr int threads = 16;
    constexpr int each = 8;
    Counted f;
    std::vector<LeafId> leaves;
    for (int i = 0; i < threads * each; ++i)
        leaves.push_back(f.create());
    const auto before = f.vault->keystore().epoch();
    std::atomic<bool> early = false;
    f.plan->before = [](std::string_view call) {
        if (call == "sync") std::this_thread::sleep_for(std::chrono::milliseconds(1));
    };
    {
        std::vector<std::jthread> erasing;
        for (int thread = 0; thread < threads; ++thread) {
            erasing.emplace_back([&, thread] {
                for (int i = 0; i < each; ++i) {
                    std::uint32_t epoch = 0;
                    {
                        Transaction transaction(f.vault->main());
                        epoch = f.keys().status().epoch;
                        f.keys().destroy(transaction, leaves[static_cast<std::size_t>(thread * each + i)]);
                        f.keys().commit_erased(transaction);
                    }
                    if (f.vault->keystore().root(epoch)) early = true;
                }
            });
        }
    }
    CHECK_FALSE(early);
    CHECK(f.keys().status().waiting == 0);
    const auto turns = f.vault->keystore().epoch() - before;
    CHECK(turns >= each);
    CHECK(turns <= threads * each / 3);
}

TEST_CASE("a failed turn is told to all who waited for it, and the next makes up for it") {
    SharedTurn shared;
    std::atomic<int> began = 0;
    std::atomic<bool> go = false;
    std::atomic<int> told = 0;
    const auto work = [&] {
        shared.begin();
        const int number = ++began;
        while (number == 1 && !go)
            std::this_thread::yield();
        if (number == 2) fail(Status::ERR_IO, "the second turn fails");
    };
    {
        std::vector<std::jthread> callers;
        callers.emplace_back([&] { shared.join(work); });
        while (began == 0)
            std::this_thread::yield();
        for (int i = 0; i < 4; ++i) {
            callers.emplace_back([&] {
                if (test::status_of([&] { shared.join(work); }) == Status::ERR_IO) ++told;
            });
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
        CHECK(began == 1);
        go = true;
    }
    CHECK(began == 2);
    CHECK(told == 4);
    shared.join(work);
    CHECK(began == 3);
}
