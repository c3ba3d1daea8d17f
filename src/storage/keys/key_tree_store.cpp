#include "storage/keys/key_tree_store.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "storage/keys/key_tree.hpp"

namespace myqsec::storage::store {

namespace {

NodeRow read(Rows& rows) {
    const auto sealed = rows.blob(6);
    return {rows.integer(0),
            static_cast<int>(rows.integer(1)),
            rows.integer(2),
            static_cast<int>(rows.integer(3)),
            static_cast<int>(rows.integer(4)),
            rows.boolean(5),
            Bytes(sealed.begin(), sealed.end())};
}

NodeRow root_row(Database& main) {
    auto rows =
        main.query("SELECT id, level, parent, slot, live, dirty, sealed FROM key_node WHERE parent = 0");
    if (!rows.next()) fail(Status::ERR_CORRUPT, "the key tree has no root");
    return read(rows);
}

}  // namespace

NodeRow get_node(Database& main, std::int64_t id) {
    auto rows =
        main.query("SELECT id, level, parent, slot, live, dirty, sealed FROM key_node WHERE id = $1", id);
    if (!rows.next()) fail(Status::ERR_CORRUPT, "the key tree has no node {}", id);
    return read(rows);
}

void put_node(Database& main, const NodeRow& row) {
    main.run(
        "INSERT INTO key_node (id, level, parent, slot, live, dirty, sealed) VALUES ($1, $2, $3, $4, $5, $6, "
        "$7) "
        "ON CONFLICT (id) DO UPDATE SET parent = excluded.parent, slot = excluded.slot, live = "
        "excluded.live, "
        "dirty = excluded.dirty, sealed = excluded.sealed",
        row.id, row.level, row.parent, row.slot, row.live, row.dirty, row.sealed);
}

std::int64_t fresh_node(Database& main) {
    auto rows = main.query("UPDATE key_epoch SET last_node = last_node + 1 RETURNING last_node");
    if (!rows.next()) fail(Status::ERR_CORRUPT, "the key tree has no epoch");
    const auto id = rows.integer(0);
    while (rows.next()) {
    }
    return id;
}

std::optional<std::int64_t> node_with_space(Database& main, int level) {
    static_assert(KeyTree::arity == 64);  // as in the index
    auto rows =
        main.query("SELECT id FROM key_node WHERE level = $1 AND live < 64 ORDER BY id LIMIT 1", level);
    return rows.next() ? std::optional(rows.integer(0)) : std::nullopt;
}

std::int64_t root_node(Database& main) {
    return root_row(main).id;
}

int top_level(Database& main) {
    return root_row(main).level;
}

std::vector<std::int64_t> dirty_nodes(Database& main) {
    std::vector<std::int64_t> out;
    auto rows = main.query("SELECT id FROM key_node WHERE dirty <> 0");
    while (rows.next())
        out.push_back(rows.integer(0));
    return out;
}

std::int64_t parent_of(Database& main, std::int64_t id) {
    auto rows = main.query("SELECT parent FROM key_node WHERE id = $1", id);
    if (!rows.next()) fail(Status::ERR_CORRUPT, "the key tree has no node {}", id);
    return rows.integer(0);
}

void mark_all_nodes(Database& main) {
    main.run("UPDATE key_node SET dirty = 1");
}

}  // namespace myqsec::storage::store

namespace myqsec::storage {

namespace {

constexpr std::string_view leaf_key_steps[] = {
    "CREATE TABLE key_node (id INTEGER PRIMARY KEY, level INTEGER NOT NULL, parent INTEGER NOT NULL,"
    " slot INTEGER NOT NULL, live INTEGER NOT NULL, dirty INTEGER NOT NULL, sealed BLOB NOT NULL);"
    "CREATE UNIQUE INDEX key_node_root ON key_node (parent) WHERE parent = 0;"
    "CREATE INDEX key_node_space ON key_node (level, id) WHERE live < 64;"
    "CREATE INDEX key_node_dirty ON key_node (level, parent) WHERE dirty <> 0",
    "CREATE TABLE key_leaf (id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, node INTEGER NOT NULL,"
    " slot INTEGER NOT NULL);"
    "CREATE TABLE key_epoch (epoch INTEGER NOT NULL, last_node INTEGER NOT NULL, waiting INTEGER NOT NULL,"
    " waiting_since INTEGER, root_digest BLOB)",
};
constexpr Schema schema{"storage.leaf", leaf_key_steps};

}  // namespace

const Schema& leaf_key_schema() {
    return schema;
}

namespace store {

void insert_leaf(Database& main, LeafId leaf, LeafKind kind, const KeyPlace& place) {
    main.run("INSERT INTO key_leaf (id, kind, node, slot) VALUES ($1, $2, $3, $4)", leaf, kind, place.node,
             place.slot);
}

std::optional<KeyPlace> find_leaf(Database& main, LeafId leaf) {
    auto rows = main.query("SELECT node, slot FROM key_leaf WHERE id = $1", leaf);
    if (!rows.next()) return std::nullopt;
    return KeyPlace{rows.integer(0), static_cast<int>(rows.integer(1))};
}

void remove_leaf(Database& main, LeafId leaf) {
    main.run("DELETE FROM key_leaf WHERE id = $1", leaf);
}

std::int64_t count_leaves(Database& main) {
    auto rows =
        main.query("SELECT count(*) FROM key_leaf WHERE kind IN ($1, $2)", LeafKind::job, LeafKind::person);
    rows.next();
    return rows.integer(0);
}

bool has_tree(Database& main) {
    if (!main.query("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'key_epoch'").next())
        return false;
    return main.query("SELECT 1 FROM key_epoch").next();
}

void plant(Database& main, std::uint32_t epoch) {
    main.run("INSERT INTO key_epoch (epoch, last_node, waiting) VALUES ($1, 0, 0)", epoch);
}

std::uint32_t get_epoch(Database& main) {
    auto rows = main.query("SELECT epoch FROM key_epoch");
    if (!rows.next()) fail(Status::ERR_CORRUPT, "the key tree has no epoch");
    return static_cast<std::uint32_t>(rows.integer(0));
}

void set_epoch(Database& main, std::uint32_t epoch) {
    main.run(
        "UPDATE key_epoch SET waiting = CASE epoch WHEN $1 THEN waiting ELSE 0 END, "
        "waiting_since = CASE epoch WHEN $1 THEN waiting_since END, epoch = $1",
        epoch);
}

Waiting waiting(Database& main) {
    auto rows = main.query("SELECT waiting, waiting_since FROM key_epoch");
    if (!rows.next()) return {};
    return {rows.integer(0), rows.is_null(1) ? std::nullopt : std::optional(rows.instant(1))};
}

void add_waiting(Database& main, Instant now, std::int64_t keys) {
    main.run("UPDATE key_epoch SET waiting = waiting + $1, waiting_since = coalesce(waiting_since, $2)", keys,
             now);
}

std::optional<crypto::Digest> get_root_digest(Database& main) {
    auto rows = main.query("SELECT root_digest FROM key_epoch");
    if (!rows.next() || rows.blob(0).size() != crypto::Digest().size()) return std::nullopt;
    crypto::Digest digest;
    std::ranges::copy(rows.blob(0), digest.begin());
    return digest;
}

void set_root_digest(Database& main, const crypto::Digest& digest) {
    main.run("UPDATE key_epoch SET root_digest = $1", digest);
}

}  // namespace store

}  // namespace myqsec::storage
