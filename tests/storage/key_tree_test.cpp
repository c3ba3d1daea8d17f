#include <algorithm>
#include <map>
#include <random>

#include <doctest/doctest.h>

#include "base/error.hpp"
#include "storage/vault_fixture.hpp"

using namespace myqsec;
using namespace myqsec::storage;

namespace {

using Known = std::map<LeafId, std::string>;

void check_all(LeafKeys& keys, const Known& known) {
    for (const auto& [leaf, key] : known)
        REQUIRE(to_hex(keys.get(leaf).view()) == key);
}

LeafId add(LeafKeys& keys, Transaction& transaction, Known& known) {
    const auto leaf = keys.create(transaction, LeafKind::job);
    known[leaf] = to_hex(keys.get(leaf).view());
    return leaf;
}

void rekey(Vault& vault) {
    Transaction transaction(vault.main());
    vault.leaf_keys().mark_all(transaction);
    vault.leaf_keys().commit_erased(transaction);
}

std::int64_t count(Database& database, std::string_view sql) {
    auto rows = database.query(sql);
    rows.next();
    return rows.integer(0);
}

std::vector<std::string> sealed_nodes(Database& main) {
    std::vector<std::string> out;
    auto rows = main.query("SELECT sealed FROM key_node ORDER BY id");
    while (rows.next())
        out.push_back(to_hex(rows.blob(0)));
    return out;
}

}  // namespace

TEST_CASE("many keys are made at once, each of its own, in the places that one after the other would take") {
    test::VaultFixture fixture;
    auto& main = fixture.vault->main();
    auto& keys = fixture.vault->leaf_keys();
    Known known;
    for (const std::size_t batch : {1, 250, 5000, 0, 63}) {
        Transaction transaction(main);
        for (const auto& fresh : keys.create(transaction, LeafKind::person, batch))
            known[fresh.leaf] = to_hex(fresh.key.view());
        add(keys, transaction, known);
        transaction.commit();
    }
    CHECK(known.size() == 5319);
    std::vector<std::string> all;
    for (const auto& [leaf, key] : known)
        all.push_back(key);
    std::ranges::sort(all);
    CHECK(std::ranges::adjacent_find(all) == all.end());
    // Besides the newest node of each level, none has room.
    CHECK(count(main, "SELECT COUNT(*) FROM key_node WHERE live < 64") <= 3);
    check_all(keys, known);
    fixture.close();
    fixture.open();
    check_all(fixture.vault->leaf_keys(), known);
}

TEST_CASE("keys come and go in the tree as its levels grow, through turns and reopening") {
    test::VaultFixture fixture;
    std::mt19937 random(1);  // NOLINT(cert-msc51-cpp): the same every time
    Known known;
    std::vector<LeafId> gone;
    for (int round = 0; round < 6; ++round) {
        LeafKeys& keys = fixture.vault->leaf_keys();
        {
            Transaction transaction(fixture.vault->main());
            for (int i = 0; i < 900; ++i)
                add(keys, transaction, known);
            for (int i = 0; i < 100; ++i) {
                const auto victim =
                    std::next(known.begin(), static_cast<std::ptrdiff_t>(random() % known.size()));
                keys.destroy(transaction, victim->first);
                gone.push_back(victim->first);
                known.erase(victim);
            }
            round % 2 == 0 ? transaction.commit() : keys.commit_erased(transaction);
        }
        check_all(keys, known);
        keys.turn();
        CHECK(keys.status().waiting == 0);
        CHECK(keys.status().keys == static_cast<std::int64_t>(known.size()));
        if (round == 3) rekey(*fixture.vault);
        check_all(keys, known);
        fixture.close();
        fixture.open();
    }
    CHECK(count(fixture.vault->main(), "SELECT max(level) FROM key_node") == 3);
    check_all(fixture.vault->leaf_keys(), known);
    CHECK(std::ranges::none_of(gone, [&](LeafId leaf) { return fixture.vault->leaf_keys().exists(leaf); }));
}

TEST_CASE("a turn re-keys the paths of what was destroyed and nothing else") {
    test::VaultFixture fixture;
    LeafKeys& keys = fixture.vault->leaf_keys();
    Database& main = fixture.vault->main();
    Known known;
    LeafId first;
    {
        Transaction transaction(main);
        first = add(keys, transaction, known);
        for (int i = 0; i < 70 * KeyTree::arity; ++i)
            add(keys, transaction, known);
        transaction.commit();
    }
    const auto before = sealed_nodes(main);
    const auto epoch = keys.status().epoch;
    {
        Transaction transaction(main);
        keys.destroy(transaction, first);
        keys.commit_erased(transaction);
    }
    known.erase(first);
    const auto after = sealed_nodes(main);
    REQUIRE(before.size() == after.size());
    std::size_t changed = 0;
    for (std::size_t i = 0; i < before.size(); ++i)
        changed += before[i] != after[i] ? 1 : 0;
    CHECK(changed == 3);
    CHECK(keys.status().epoch == epoch + 1);
    check_all(keys, known);

    rekey(*fixture.vault);
    const auto rekeyed = sealed_nodes(main);
    for (std::size_t i = 0; i < rekeyed.size(); ++i)
        CHECK(rekeyed[i] != after[i]);
    check_all(keys, known);
}

TEST_CASE("what is destroyed waits for its turn no longer than the delay, and not behind a clock set back") {
    test::VaultFixture fixture;
    LeafKeys& keys = fixture.vault->leaf_keys();
    constexpr auto delay = std::chrono::seconds(60);
    Known known;
    CHECK(keys.turn_if_due(delay) == Instant::max());
    const auto destroy_one = [&] {
        Transaction transaction(fixture.vault->main());
        keys.destroy(transaction, add(keys, transaction, known));
        transaction.commit();
    };
    destroy_one();
    const auto since = fixture.clock.now();
    CHECK(keys.turn_if_due(delay) == since + delay);
    CHECK(keys.status().waiting == 1);
    fixture.clock.advance(delay);
    CHECK(keys.turn_if_due(delay) == Instant::max());
    CHECK(keys.status().waiting == 0);

    destroy_one();
    fixture.clock.advance(-std::chrono::hours(1));
    keys.turn_if_due(delay);
    CHECK(keys.status().waiting == 0);

    for (int i = 0; i < LeafKeys::most_waiting; ++i)
        destroy_one();
    keys.turn_if_due(delay);
    CHECK(keys.status().waiting == 0);
}

TEST_CASE("an erasure inside another transaction is refused, for it could not be complete") {
    test::VaultFixture fixture;
    Transaction outer(fixture.vault->main());
    Transaction inner(fixture.vault->main());
    CHECK_THROWS_AS(fixture.vault->leaf_keys().commit_erased(inner), Error);
}
