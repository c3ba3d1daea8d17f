// Facts with their audit events, drained and signed along the way: audit_bench FOLDER TRANSACTIONS BATCH ->
// facts per second
#include <array>
#include <cstring>
#include <exception>
#include <string>

#include "audit/audit_log.hpp"
#include "audit_workload.h"
#include "crypto/root/root_provider.hpp"

using namespace myqsec;

namespace {

/// As long as the peer's: about AUDIT_EVENT_BYTES in canonical form.
audit::Event event_of(const audit_fact& fact) {
    return {audit::Action::job_held,
            {audit::ActorKind::user, {1, 2, 3, 4}},
            JobId(fact.id),
            audit::Result::ok,
            {{"state", "pending", "pending-held"},
             {"queue", "", "17"},
             {"document-format", "", "application/vnd.hp-PCLXL"},
             {"impressions", "", "12"}},
            {}};
}

void store(storage::Database& main, const audit_fact& fact) {
    main.run(AUDIT_FACT_INSERT, fact.id, fact.owner, std::string_view(fact.name), fact.state, fact.changed);
}

double facts_per_second(storage::Vault& vault, std::int64_t transactions, std::int64_t batch) {
    audit::AuditLog log(vault);
    log.recover();
    std::uint64_t random = 88172645463325252U;
    audit_fact fact;
    std::int64_t id = 0;
    const double begin = bench_now();
    for (std::int64_t i = 0; i < transactions; ++i) {
        {
            storage::Transaction transaction(vault.main());
            for (std::int64_t each = 0; each < batch; ++each) {
                audit_make_fact(&random, ++id, &fact);
                store(vault.main(), fact);
                log.append(transaction, event_of(fact));
            }
            transaction.commit();
        }
        log.drain_if_due();
        vault.checkpoint_if_due();  // as ticks do
    }
    log.drain();
    return static_cast<double>(id) / (bench_now() - begin);
}

void measure(const char* path, std::int64_t transactions, std::int64_t batch) {
    const auto root =
        crypto::key_file_provider(crypto::Secret(as_bytes("the benchmark's key file, 32 bytes or more")));
    storage::Vault::create(*open_folder(path, true), *root);
    const SystemClock clock;
    storage::Vault vault(open_folder(path, false), *root, clock, {.cache_kib = AUDIT_CACHE_KIB});
    vault.migrate(std::array{audit::main_schema()}, std::array{audit::log_schema()});
    vault.main().execute(AUDIT_FACT_SCHEMA);
    std::printf("facts %.1f\n", facts_per_second(vault, transactions, batch));
}

}  // namespace

int main(int argc, char** argv) {
    bench_require(argc == 4, "audit_bench", "arguments: FOLDER TRANSACTIONS BATCH");
    try {
        measure(argv[1], std::atoll(argv[2]), std::atoll(argv[3]));
        return 0;
    } catch (const std::exception& error) {
        bench_require(false, "audit_bench", error.what());
    }
    return 1;
}
