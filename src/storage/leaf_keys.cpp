#include "storage/leaf_keys.hpp"

#include "base/error.hpp"
#include "crypto/aead.hpp"
#include "crypto/random.hpp"

namespace myqsec::storage {

namespace {

constexpr std::string_view steps[] = {
    "CREATE TABLE leaf_key (id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, wrapped BLOB NOT NULL)",
};
constexpr Schema schema{"storage.leaf", steps};

/// Binds a wrapped key to its row, so that keys cannot be swapped between jobs and persons.
Bytes context(LeafId leaf, LeafKind kind) {
    ByteWriter writer;
    writer.raw(as_bytes("leaf"))
        .integer(static_cast<std::uint8_t>(kind))
        .integer(static_cast<std::uint64_t>(leaf.value));
    return writer.take();
}

/// Random, not counted: an id never names another key later, and tells nothing about how many there were.
LeafId fresh_id() {
    const auto bytes = crypto::random_array<8>();
    return LeafId(static_cast<std::int64_t>(load_be<std::uint64_t>(bytes.data()) >> 1) | 1);
}

}  // namespace

const Schema& leaf_key_schema() {
    return schema;
}

LeafKeys::LeafKeys(Database& main, const crypto::Secret& wrapping_key)
    : main_(main), wrapping_key_(wrapping_key.clone()) {}

LeafId LeafKeys::create(Transaction& transaction, LeafKind kind) {
    return store(transaction, kind, crypto::random_secret(32));
}

LeafId LeafKeys::store(Transaction& /*transaction*/, LeafKind kind, const crypto::Secret& key) {
    const LeafId leaf = fresh_id();
    main_.run("INSERT INTO leaf_key (id, kind, wrapped) VALUES ($1, $2, $3)", leaf, kind,
              crypto::seal_record(wrapping_key_, context(leaf, kind), key.view()));
    return leaf;
}

crypto::Secret LeafKeys::get(LeafId leaf) {
    auto rows = main_.query("SELECT kind, wrapped FROM leaf_key WHERE id = $1", leaf);
    if (!rows.next())
        fail(Status::ERR_NOT_FOUND, "the key was destroyed: what it sealed cannot be read any more");
    return crypto::open_record(wrapping_key_, context(leaf, static_cast<LeafKind>(rows.integer(0))),
                               rows.blob(1));
}

bool LeafKeys::exists(LeafId leaf) {
    return main_.query("SELECT 1 FROM leaf_key WHERE id = $1", leaf).next();
}

void LeafKeys::destroy(Transaction& /*transaction*/, LeafId leaf) {
    main_.run("DELETE FROM leaf_key WHERE id = $1", leaf);
}

}  // namespace myqsec::storage
