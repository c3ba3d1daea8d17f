#include "audit/bundle/bundle_writer.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "audit/bundle/bundle_format.hpp"
#include "audit/log/audit_store.hpp"
#include "audit/log/tree_store.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

namespace myqsec::audit {

namespace {

/// The sealed values whose persons are not erased; of the others not even the sealed form leaves.
void write_personal(ByteWriter& to, storage::LeafKeys& keys, const store::Record& record) {
    const auto event = decode_event(record.event);
    const auto sealed = decode_personal(record.personal);
    for (std::size_t i = 0; i < event.personal.size(); ++i) {
        if (i >= sealed.size() || !keys.exists(event.personal[i].person)) {
            to.integer(bundle::personal_absent);
        } else {
            to.integer(bundle::personal_present).raw(sealed[i].salt).field(sealed[i].sealed);
        }
    }
}

class BundleWriter {
 public:
    BundleWriter(storage::Vault& vault, const Signer& signer, const SignedCheckpoint& newest,
                 std::int64_t first, const Write& write)
        : vault_(vault),
          signer_(signer),
          newest_(newest),
          size_(newest.checkpoint.size),
          first_(first),
          archive_(write),
          tiles_(static_cast<std::uint64_t>(first_ - 1), node_of_tile()) {}

    void run() {
        archive_.add(bundle::head_name, bundle::head_text(signer_.origin(), first_, size_));
        if (first_ > 1) archive_.add(bundle::pruned_name, pruned());
        for (auto first = first_; first <= size_; first += static_cast<std::int64_t>(tile_width))
            add_segment(first);
        for (const auto& tile : tiles_.unfinished()) {
            if (tile.level > 0) archive_.add(bundle::tile_name(tile), tile.encode());
        }
        archive_.add(bundle::checkpoint_name, newest_.note.encode());
        archive_.end();
    }

 private:
    std::function<crypto::Digest(unsigned, std::uint64_t)> node_of_tile() {
        return [nodes = log_nodes(vault_.log())](unsigned level, std::uint64_t index) {
            return nodes(level * tile_height, index);
        };
    }

    std::string pruned() {
        std::string text;
        for (const auto& tile : tiles_.unfinished()) {
            for (const auto& hash : tile.hashes)
                text += fmt::format("{}{} {}\n", bundle::tile_word, tile.level, to_base64(hash));
        }
        const auto nodes = log_nodes(vault_.log());
        for (const auto& row : store::checkpoints(vault_.log(), 1, first_ - 1)) {
            text += signer_.checkpoint(row).note.encode();
            for (const auto& hash :
                 consistency_proof(nodes, static_cast<std::uint64_t>(row.size), tiles_.size()))
                text += fmt::format("{}{}\n", bundle::proof_word, to_base64(hash));
        }
        return text;
    }

    void add_segment(std::int64_t first) {
        const auto width = static_cast<std::size_t>(std::min<std::int64_t>(tile_width, size_ - first + 1));
        const auto segment = static_cast<std::uint64_t>(first - 1) / tile_width;
        const auto records = store::events_from(vault_.log(), first, width);
        if (records.size() != width || records.front().sequence != first) {
            fail(Status::ERR_NOT_POSSIBLE,
                 "events from {} on were pruned while the audit log was exported; export it again", first);
        }
        ByteWriter entries;
        ByteWriter personal;
        std::vector<Tile> finished;
        for (const auto& record : records) {
            entries.integer(static_cast<std::uint16_t>(record.event.size())).raw(record.event);
            write_personal(personal, vault_.leaf_keys(), record);
            finished = tiles_.append(leaf_hash(record.event));
        }
        archive_.add(bundle::entries_name(segment, width), entries.bytes());
        archive_.add(bundle::personal_name(segment), personal.bytes());
        archive_.add(bundle::checkpoints_name(segment),
                     checkpoints(first, first + static_cast<std::int64_t>(width) - 1));
        if (finished.empty()) finished = {tiles_.unfinished().front()};
        for (const auto& tile : finished)
            archive_.add(bundle::tile_name(tile), tile.encode());
    }

    std::string checkpoints(std::int64_t from, std::int64_t to) {
        std::string text;
        for (const auto& row : store::checkpoints(vault_.log(), from, to))
            text += signer_.checkpoint(row).note.encode();
        return text;
    }

    storage::Vault& vault_;
    const Signer& signer_;
    const SignedCheckpoint& newest_;
    std::int64_t size_;
    std::int64_t first_;
    ArchiveWriter archive_;
    TileStack tiles_;
};

}  // namespace

void write_bundle(storage::Vault& vault, const Signer& signer, const SignedCheckpoint& newest,
                  std::int64_t first, const Write& write) {
    BundleWriter(vault, signer, newest, first, write).run();
}

}  // namespace myqsec::audit
