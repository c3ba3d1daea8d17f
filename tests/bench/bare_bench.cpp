// What a large instance is compared to, and filled with, below the C ABI:
//   bare_bench events FOLDER TOTAL                           audit events, until the log has so many
//   bare_bench query FOLDER jobs|users|audit COUNT SECONDS   -> p50, p99 (ms) of the bare query for the rows
//       of a page of large_bench, in the same sealed databases: no rights, no keys, only pages are unsealed
#include <algorithm>
#include <array>
#include <exception>
#include <string>

#include "audit/audit_log.hpp"
#include "base/clock.hpp"
#include "crypto/root/root_provider.hpp"
#include "measures.h"
#include "storage/vault.hpp"

using namespace myqsec;

namespace {

constexpr std::int64_t page_rows = 100;

class Instance {
 public:
    explicit Instance(const std::string& path)
        : root_(crypto::key_file_provider(crypto::Secret(ByteView(key)))),
          vault(open_folder(path, false), *root_, clock_) {}

 private:
    static constexpr std::uint8_t key[BENCH_KEY_SIZE] = BENCH_KEY;
    const SystemClock clock_;
    std::unique_ptr<crypto::RootProvider> root_;

 public:
    storage::Vault vault;
};

audit::Event event(std::int64_t number) {
    return {audit::Action::job_held,
            audit::Actor::system(),
            JobId(number),
            audit::Result::ok,
            {{"state", "pending", "pending-held"}, {"document-format", "", "application/pdf"}},
            {}};
}

void fill_events(const std::string& path, std::int64_t total) {
    constexpr std::int64_t batch = 1000;
    bench_delay_syncs(BENCH_NO_SYNCS);
    Instance instance(path);
    audit::AuditLog log(instance.vault);
    for (auto size = audit::store::load_tree(instance.vault.log()).size(); size < total; size += batch) {
        {
            storage::Transaction transaction(instance.vault.main());
            for (auto each = size; each < size + batch; ++each)
                log.append(transaction, event(each + 1));
            transaction.commit();
        }
        log.drain_if_due();
    }
    log.drain();
}

/// How many rows `query` has behind `after`.
std::int64_t rows_after(storage::Vault& vault, std::string_view query, std::int64_t after) {
    auto rows = vault.main().query(query, after, page_rows);
    std::int64_t count = 0;
    while (rows.next())
        ++count;
    return count;
}

// With each job its queue, and with whoever is named the key that the name is sealed under, sealed as it is.
std::int64_t jobs_after(storage::Vault& vault, std::int64_t after) {
    return rows_after(
        vault,
        "SELECT * FROM job JOIN queue ON queue.id = job.queue JOIN access_user person ON person.id = "
        "job.owner "
        "JOIN key_leaf ON key_leaf.id = person.person JOIN key_node ON key_node.id = key_leaf.node "
        "WHERE job.id > $1 ORDER BY job.id LIMIT $2",
        after);
}

std::int64_t users_after(storage::Vault& vault, std::int64_t after) {
    return rows_after(
        vault,
        "SELECT *, (SELECT count(*) FROM access_password WHERE user_id = person.id), "
        "(SELECT count(*) FROM access_pin WHERE user_id = person.id), "
        "(SELECT count(*) FROM access_card WHERE user_id = person.id) FROM access_user person "
        "JOIN key_leaf ON key_leaf.id = person.person JOIN key_node ON key_node.id = key_leaf.node "
        "WHERE person.id > $1 ORDER BY person.id LIMIT $2",
        after);
}

/// Rows hold several events, neighbours.
std::int64_t events_after(storage::Vault& vault, std::int64_t after) {
    auto rows = vault.log().query(
        "SELECT sequence + count - 1, event, personal, leaf FROM audit_event WHERE sequence >= "
        "(SELECT max(sequence) FROM audit_event WHERE sequence <= $1) ORDER BY sequence",
        after + 1);
    std::int64_t count = 0;
    while (count < page_rows && rows.next())
        count = rows.integer(0) - after;
    return count;
}

using Page = std::int64_t (*)(storage::Vault&, std::int64_t);

Page page_of(const std::string& what) {
    if (what == "jobs") return jobs_after;
    if (what == "users") return users_after;
    bench_require(what == "audit", "query", what.c_str());
    return events_after;
}

void measure(const std::string& path, const std::string& what, std::int64_t count, double seconds) {
    const auto page = page_of(what);
    Instance instance(path);
    bench_latencies latencies{};
    std::uint64_t random = 88172645463325252U;
    const double deadline = bench_now() + seconds;
    for (double begin = bench_now(), end = 0; end < deadline; begin = end) {
        const auto after = static_cast<std::int64_t>(bench_random(&random)) % (count - page_rows);
        bench_require(page(instance.vault, after) >= page_rows, "query", "too few rows");
        end = bench_now();
        bench_keep(&latencies, end - begin);
    }
    bench_print_latencies(&latencies, "");
}

}  // namespace

int main(int argc, char** argv) {
    const std::string what = argc > 1 ? argv[1] : "";
    bench_require((what == "events" && argc == 4) || (what == "query" && argc == 6), "bare_bench",
                  "arguments: see the top of bare_bench.cpp");
    try {
        what == "events" ? fill_events(argv[2], std::atoll(argv[3]))
                         : measure(argv[2], argv[3], std::atoll(argv[4]), std::atof(argv[5]));
        return 0;
    } catch (const std::exception& error) {
        bench_require(false, "bare_bench", error.what());
    }
    return 1;
}
