// Reading keys beside a tree that turns.
#include <atomic>
#include <map>
#include <thread>

#include <doctest/doctest.h>

#include "base/error.hpp"
#include "storage/vault_fixture.hpp"

using namespace myqsec;
using namespace myqsec::storage;

TEST_CASE("keys can be read by other threads while the tree turns") {
    test::VaultFixture fixture;
    LeafKeys& keys = fixture.vault->leaf_keys();
    std::map<LeafId, std::string> known;
    {
        Transaction transaction(fixture.vault->main());
        for (int i = 0; i < 200; ++i) {
            const auto leaf = keys.create(transaction, LeafKind::job);
            known[leaf] = to_hex(keys.get(leaf).view());
        }
        transaction.commit();
    }
    std::atomic<bool> enough = false;
    std::atomic<bool> right = true;
    const auto read = [&] {
        try {
            while (!enough) {
                for (const auto& [leaf, key] : known) {
                    if (to_hex(keys.get(leaf).view()) != key) right = false;
                }
                std::this_thread::yield();
            }
        } catch (const Error&) {
            right = false;
        }
    };
    {
        const std::jthread one(read), two(read), three(read);
        for (int turn = 0; turn < 1200; ++turn) {
            Transaction transaction(fixture.vault->main());
            keys.mark_all(transaction);
            keys.commit_erased(transaction);
        }
        enough = true;
    }
    CHECK(right);
}
