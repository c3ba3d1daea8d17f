// One erasure among many held jobs, turn included, beside a durable commit of one row of the same database:
//   erase_bench setup FOLDER KEYS       an instance with so many keys in its tree
//   erase_bench run FOLDER COUNT        -> erase and commit, each per second, in turns
#include <algorithm>
#include <exception>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "bench.h"
#include "storage/vault.hpp"

using namespace myqsec;

namespace {

constexpr std::int64_t batch = 10'000;
constexpr int setup_cache_kib = 256 * 1024;

std::unique_ptr<crypto::RootProvider> root() {
    return crypto::key_file_provider(crypto::Secret(Bytes(32, 42)));
}

void set_up(const std::string& path, std::int64_t keys) {
    const auto provider = root();
    storage::Vault::create(*open_folder(path, true), *provider);
    const SystemClock clock;
    storage::Vault vault(open_folder(path, false), *provider, clock, {.cache_kib = setup_cache_kib});
    vault.migrate({}, {});
    vault.main().execute(
        "CREATE TABLE fact (id INTEGER PRIMARY KEY, value INTEGER); INSERT INTO fact VALUES (1, 0)");
    for (std::int64_t made = 0; made < keys; made += batch) {
        storage::Transaction transaction(vault.main());
        for (std::int64_t i = made; i < std::min(made + batch, keys); ++i)
            static_cast<void>(vault.leaf_keys().create(transaction, storage::LeafKind::job));
        transaction.commit();
    }
    vault.main().checkpoint();
}

double rate(int count, const auto& work) {
    const double begin = bench_now();
    for (int i = 0; i < count; ++i)
        work(i);
    return count / (bench_now() - begin);
}

/// Keys from all over the tree.
std::vector<LeafId> some_leaves(storage::Vault& vault, int count) {
    std::vector<LeafId> leaves;
    auto rows = vault.main().query("SELECT id FROM key_leaf ORDER BY id LIMIT $1", count);
    while (rows.next())
        leaves.push_back(rows.id<LeafId>(0));
    bench_require(leaves.size() == static_cast<std::size_t>(count), "erase_bench", "too few keys");
    return leaves;
}

void run(const std::string& path, int count) {
    const auto provider = root();
    const SystemClock clock;
    storage::Vault vault(open_folder(path, false), *provider, clock);
    const auto leaves = some_leaves(vault, count);
    const auto commit = rate(count, [&](int) {
        storage::Transaction transaction(vault.main());
        vault.main().run("UPDATE fact SET value = value + 1");
        transaction.commit();
    });
    const auto erase = rate(count, [&](int i) {
        storage::Transaction transaction(vault.main());
        vault.leaf_keys().destroy(transaction, leaves[static_cast<std::size_t>(i)]);
        vault.leaf_keys().commit_erased(transaction);
    });
    printf("erase %f\ncommit %f\n", erase, commit);
}

}  // namespace

int main(int argc, char** argv) {
    bench_require(argc == 4, "erase_bench", "arguments: setup|run FOLDER COUNT");
    try {
        std::string(argv[1]) == "setup" ? set_up(argv[2], std::atoll(argv[3]))
                                        : run(argv[2], std::atoi(argv[3]));
        return 0;
    } catch (const std::exception& error) {
        bench_require(false, "erase_bench", error.what());
    }
    return 1;
}
