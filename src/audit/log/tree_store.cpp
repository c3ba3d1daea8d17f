#include "audit/log/tree_store.hpp"

#include "audit/log/audit_store.hpp"
#include "audit/tree/tiles.hpp"
#include "base/error.hpp"

namespace myqsec::audit::store {

namespace {

crypto::Digest digest(ByteView bytes) {
    return ByteReader(bytes, "a hash of the audit tree").array<32>();
}

Epoch epoch_in(const storage::Rows& rows) {
    return {static_cast<std::uint32_t>(rows.integer(0)), digest(rows.blob(1)), rows.instant(2),
            rows.integer(3)};
}

std::optional<Epoch> read_epoch(storage::Rows rows) {
    if (!rows.next()) return std::nullopt;
    return epoch_in(rows);
}

CheckpointRow read_checkpoint(const storage::Rows& rows) {
    return {rows.integer(0), static_cast<std::uint32_t>(rows.integer(1)), digest(rows.blob(2)),
            ByteReader(rows.blob(3), "the signature of an audit checkpoint").array<64>(), rows.boolean(4)};
}

}  // namespace

TreeState load_tree(storage::Database& log) {
    auto rows = log.query("SELECT compact_range, first FROM audit_tree WHERE id = 1");
    if (!rows.next()) return {};
    return {CompactRange::decode(rows.blob(0)), rows.integer(1)};
}

void save_tree(storage::Database& log, const TreeState& tree) {
    log.run(
        "INSERT INTO audit_tree (id, compact_range, first) VALUES (1, $1, $2) "
        "ON CONFLICT (id) DO UPDATE SET compact_range = excluded.compact_range, first = excluded.first",
        tree.range.encode(), tree.first);
}

void insert_node(storage::Database& log, unsigned level, std::uint64_t position, const crypto::Digest& hash) {
    log.run(
        "INSERT INTO audit_node (level, position, hash) VALUES ($1, $2, $3) "
        "ON CONFLICT (level, position) DO NOTHING",
        level, position, hash);
}

std::optional<crypto::Digest> node(storage::Database& log, unsigned level, std::uint64_t position) {
    auto rows = log.query("SELECT hash FROM audit_node WHERE level = $1 AND position = $2", level, position);
    if (!rows.next()) return std::nullopt;
    return digest(rows.blob(0));
}

std::vector<crypto::Digest> nodes_from(storage::Database& log, unsigned level, std::uint64_t position,
                                       std::size_t count) {
    std::vector<crypto::Digest> hashes;
    auto rows = log.query(
        "SELECT hash FROM audit_node WHERE level = $1 AND position >= $2 AND position < $3 ORDER BY position",
        level, position, position + count);
    while (rows.next())
        hashes.push_back(digest(rows.blob(0)));
    return hashes;
}

void insert_epoch(storage::Database& log, const Epoch& epoch) {
    log.run("INSERT INTO audit_epoch (epoch, public_key, began, behind) VALUES ($1, $2, $3, $4)", epoch.epoch,
            epoch.public_key, epoch.began, epoch.behind);
}

std::optional<Epoch> epoch(storage::Database& log, std::uint32_t number) {
    return read_epoch(
        log.query("SELECT epoch, public_key, began, behind FROM audit_epoch WHERE epoch = $1", number));
}

std::optional<Epoch> newest_epoch(storage::Database& log) {
    return read_epoch(
        log.query("SELECT epoch, public_key, began, behind FROM audit_epoch ORDER BY epoch DESC LIMIT 1"));
}

std::vector<Epoch> epochs(storage::Database& log) {
    std::vector<Epoch> out;
    auto rows = log.query("SELECT epoch, public_key, began, behind FROM audit_epoch ORDER BY epoch");
    while (rows.next())
        out.push_back(epoch_in(rows));
    return out;
}

std::optional<Epoch> epoch_behind(storage::Database& log, std::int64_t sequence) {
    return read_epoch(
        log.query("SELECT epoch, public_key, began, behind FROM audit_epoch WHERE behind = $1 AND epoch > 1",
                  sequence));
}

void insert_checkpoint(storage::Database& log, const CheckpointRow& row) {
    log.run("INSERT INTO audit_checkpoint (size, epoch, root, signature, kept) VALUES ($1, $2, $3, $4, $5)",
            row.size, row.epoch, row.root, row.signature, row.kept);
}

void keep_checkpoint(storage::Database& log, std::int64_t size) {
    log.run("UPDATE audit_checkpoint SET kept = 1 WHERE size = $1 AND kept = 0", size);
}

std::optional<CheckpointRow> newest_checkpoint(storage::Database& log) {
    auto rows = log.query(
        "SELECT size, epoch, root, signature, kept FROM audit_checkpoint ORDER BY size DESC LIMIT 1");
    if (!rows.next()) return std::nullopt;
    return read_checkpoint(rows);
}

std::vector<CheckpointRow> checkpoints(storage::Database& log, std::int64_t from, std::int64_t to) {
    std::vector<CheckpointRow> out;
    auto rows = log.query(
        "SELECT size, epoch, root, signature, kept FROM audit_checkpoint WHERE size >= $1 AND size <= $2 "
        "ORDER BY size",
        from, to);
    while (rows.next())
        out.push_back(read_checkpoint(rows));
    return out;
}

void delete_passing_checkpoints_to(storage::Database& log, std::int64_t size) {
    log.run("DELETE FROM audit_checkpoint WHERE size <= $1 AND kept = 0", size);
}

}  // namespace myqsec::audit::store

namespace myqsec::audit {

using crypto::Digest;

namespace {

std::vector<Digest> neighbours(storage::Database& log, unsigned level, std::uint64_t position,
                               std::size_t count) {
    if (level > 0) return store::nodes_from(log, level, position, count);
    const auto first = static_cast<std::int64_t>(position) + 1;
    return store::leaves_of(log, first, first + static_cast<std::int64_t>(count) - 1);
}

Digest node_of(storage::Database& log, unsigned level, std::uint64_t position) {
    if (const auto stored = store::node(log, level, position)) return *stored;
    const unsigned above = level % tile_height;
    const unsigned base = level - above;
    const auto count = std::size_t{1} << above;
    const auto hashes = neighbours(log, base, position << above, count);
    if (hashes.size() != count) {
        fail(Status::ERR_NOT_POSSIBLE,
             "events {} to {} of the audit log were pruned, so that nothing can be proven inside them",
             (position << level) + 1, (position + 1) << level);
    }
    CompactRange range;
    for (const auto& hash : hashes)
        range.append(hash);
    return range.root();
}

}  // namespace

NodeSource log_nodes(storage::Database& log) {
    return [&log](unsigned level, std::uint64_t position) { return node_of(log, level, position); };
}

void append_leaf(storage::Database& log, store::TreeState& tree, const Digest& leaf) {
    tree.range.append(leaf, [&](unsigned level, std::uint64_t position, const Digest& hash) {
        if (level > 0 && level % tile_height == 0) store::insert_node(log, level, position, hash);
    });
}

}  // namespace myqsec::audit
