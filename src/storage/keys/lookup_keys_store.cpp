#include "storage/keys/lookup_keys_store.hpp"

namespace myqsec::storage {

namespace {

constexpr std::string_view lookup_key_steps[] = {
    "CREATE TABLE lookup_key (kind INTEGER NOT NULL, version INTEGER NOT NULL, leaf INTEGER NOT NULL,"
    " retired INTEGER, PRIMARY KEY (kind, version)) WITHOUT ROWID",
};
constexpr Schema lookup_schema{"storage.lookup", lookup_key_steps};

}  // namespace

const Schema& lookup_key_schema() {
    return lookup_schema;
}

namespace store {

std::vector<LookupKeyRow> lookup_keys(Database& main, LookupKind kind) {
    std::vector<LookupKeyRow> keys;
    auto rows = main.query(
        "SELECT version, leaf, retired FROM lookup_key WHERE kind = $1 ORDER BY version DESC", kind);
    while (rows.next()) {
        keys.push_back({static_cast<std::uint32_t>(rows.integer(0)), rows.id<LeafId>(1),
                        rows.is_null(2) ? std::nullopt : std::optional(rows.instant(2))});
    }
    return keys;
}

void insert_lookup_key(Database& main, LookupKind kind, LeafId leaf) {
    main.run(
        "INSERT INTO lookup_key (kind, version, leaf) VALUES ($1, (SELECT COALESCE(MAX(version), 0) + 1 FROM "
        "lookup_key WHERE kind = $1), $2)",
        kind, leaf);
}

std::optional<LeafId> delete_lookup_key(Database& main, LookupKind kind, std::uint32_t version) {
    auto rows =
        main.query("DELETE FROM lookup_key WHERE kind = $1 AND version = $2 RETURNING leaf", kind, version);
    std::optional<LeafId> leaf;
    while (rows.next())
        leaf = rows.id<LeafId>(0);
    return leaf;
}

void retire_lookup_keys(Database& main, LookupKind kind, Instant now) {
    main.run("UPDATE lookup_key SET retired = $1 WHERE kind = $2 AND retired IS NULL", now, kind);
}

void limit_retired(Database& main, Instant now) {
    main.run("UPDATE lookup_key SET retired = $1 WHERE retired > $1", now);
}

}  // namespace store

}  // namespace myqsec::storage
