#include "storage/sqlite/schema.hpp"

#include <vector>

namespace myqsec::storage {

namespace {

bool has_versions(Database& database) {
    auto rows =
        database.query("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'schema_version'");
    return rows.next();
}

std::size_t version_of(Database& database, std::string_view domain) {
    auto rows = database.query("SELECT version FROM schema_version WHERE domain = $1", domain);
    return rows.next() ? static_cast<std::size_t>(rows.integer(0)) : 0;
}

/// Each domain's version; all are looked at before anything is changed.
std::vector<std::size_t> versions(Database& database, std::span<const Schema> schemas) {
    std::vector<std::size_t> out;
    const bool known = has_versions(database);
    for (const Schema& schema : schemas) {
        const std::size_t version = known ? version_of(database, schema.domain) : 0;
        if (version > schema.steps.size()) {
            fail(Status::ERR_NEWER_VERSION,
                 "the tables of '{}' in database '{}' have version {}, this library knows {}; install a "
                 "newer one",
                 schema.domain, database.name(), version, schema.steps.size());
        }
        out.push_back(version);
    }
    return out;
}

void bring_up(Database& database, const Schema& schema, std::size_t version) {
    if (version == schema.steps.size()) return;
    for (const std::string_view step : schema.steps.subspan(version))
        database.execute(step);
    database.run(
        "INSERT INTO schema_version (domain, version) VALUES ($1, $2) "
        "ON CONFLICT (domain) DO UPDATE SET version = excluded.version",
        schema.domain, schema.steps.size());
}

}  // namespace

void migrate(Database& database, std::span<const Schema> schemas) {
    Transaction transaction(database);
    const auto found = versions(database, schemas);
    if (!has_versions(database)) {
        database.execute(
            "CREATE TABLE schema_version (domain TEXT PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID");
    }
    for (std::size_t i = 0; i < schemas.size(); ++i)
        bring_up(database, schemas[i], found[i]);
    transaction.commit();
}

}  // namespace myqsec::storage
