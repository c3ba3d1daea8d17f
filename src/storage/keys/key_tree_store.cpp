#include "storage/keys/key_tree_store.hpp"

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
