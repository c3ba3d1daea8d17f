// The workload through our encrypted database: database_bench FOLDER ROWS -> rows per second.
#include <cstring>
#include <exception>
#include <string>

#include "database_workload.h"
#include "storage/sqlite/database.hpp"

using namespace myqsec;

namespace {

void insert(storage::Database& database, std::int64_t rows, std::uint64_t& random) {
    workload_row row;
    for (std::int64_t first = 0; first < rows; first += WORKLOAD_BATCH) {
        storage::Transaction transaction(database);
        for (std::int64_t id = first; id < first + WORKLOAD_BATCH; ++id) {
            workload_make_row(&random, id, &row);
            database.run(WORKLOAD_INSERT, row.id, std::string_view(row.owner), std::string_view(row.name),
                         row.state, ByteView(row.document));
        }
        transaction.commit();
    }
    database.checkpoint();
}

void read_points(storage::Database& database, std::int64_t rows, std::uint64_t& random) {
    for (int i = 0; i < WORKLOAD_POINTS; ++i) {
        auto found = database.query(WORKLOAD_POINT, static_cast<std::int64_t>(bench_random(&random) % rows));
        bench_require(found.next(), "point read", "no row");
    }
}

void scan(storage::Database& database) {
    for (int i = 0; i < WORKLOAD_SCANS; ++i) {
        auto found = database.query(WORKLOAD_SCAN);
        bench_require(found.next(), "scan", "no row");
    }
}

double seconds(const auto& work) {
    const double begin = bench_now();
    work();
    return bench_now() - begin;
}

void measure(const char* path, std::int64_t rows) {
    storage::DatabaseOptions options;
    options.cache_kib = WORKLOAD_CACHE_KIB;
    auto folder = open_folder(path, true);
    crypto::Secret key(32);
    std::memset(key.span().data(), 5, key.span().size());
    storage::Database::create(*folder, "bench.db", key, options);
    storage::Database database(*folder, "bench.db", key, options);
    database.execute(WORKLOAD_SCHEMA);

    std::uint64_t random = 88172645463325252U;
    const double insert_time = seconds([&] { insert(database, rows, random); });
    const double point_time = seconds([&] { read_points(database, rows, random); });
    const double scan_time = seconds([&] { scan(database); });
    workload_report(rows, insert_time, point_time, scan_time);
}

}  // namespace

int main(int argc, char** argv) {
    bench_require(argc == 3, "database_bench", "arguments: FOLDER ROWS");
    try {
        measure(argv[1], std::atoll(argv[2]));
        return 0;
    } catch (const std::exception& error) {
        bench_require(false, "database_bench", error.what());
    }
    return 1;
}
