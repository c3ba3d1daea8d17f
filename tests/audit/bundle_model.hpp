// A bundle taken apart, to be put together again as an attacker would: anything changed, and all that needs
// no key made to fit.
#pragma once

#include <map>

#include "audit/bundle/archive.hpp"
#include "audit/bundle/bundle_format.hpp"
#include "audit/bundle/bundle_parts.hpp"
#include "audit/signing/checkpoint.hpp"
#include "audit/tree/merkle.hpp"
#include "audit/tree/proof.hpp"
#include "audit/tree/tiles.hpp"
#include "base/text.hpp"

namespace myqsec::test {

struct BundleModel {
    std::string origin;
    std::vector<Bytes> events;  ///< canonical; event i + 1
    std::vector<Bytes> personal;
    std::vector<audit::SignedCheckpoint> checkpoints;

    [[nodiscard]] std::int64_t size() const { return static_cast<std::int64_t>(events.size()); }

    [[nodiscard]] std::vector<crypto::Digest> leaves() const {
        std::vector<crypto::Digest> out;
        for (const auto& event : events)
            out.push_back(audit::leaf_hash(event));
        return out;
    }
    [[nodiscard]] crypto::Digest root(std::int64_t of_size) const {
        audit::CompactRange range;
        for (std::int64_t i = 0; i < of_size; ++i)
            range.append(audit::leaf_hash(events[static_cast<std::size_t>(i)]));
        return range.root();
    }
    /// The largest checkpoint of fewer than `event` events: up to there nothing that was done from `event` on
    /// shows.
    [[nodiscard]] std::int64_t signed_before(std::int64_t event) const {
        std::int64_t found = 0;
        for (const auto& each : checkpoints) {
            if (each.checkpoint.size < event) found = each.checkpoint.size;
        }
        return found;
    }

    /// With tiles over the events as they are.
    [[nodiscard]] Bytes encode() const { return encode(leaves()); }
    /// With tiles over other leaves; beginning with event `first`, as if those before had been pruned.
    [[nodiscard]] Bytes encode(const std::vector<crypto::Digest>& leaves, std::size_t first = 1) const {
        Bytes out;
        audit::ArchiveWriter archive([&](ByteView some) { out.insert(out.end(), some.begin(), some.end()); });
        archive.add(audit::bundle::head_name,
                    audit::bundle::head_text(origin, static_cast<std::int64_t>(first),
                                             static_cast<std::int64_t>(leaves.size())));
        audit::TileStack tiles;
        for (std::size_t i = 0; i + 1 < first; ++i)
            tiles.append(leaves[i]);
        if (first > 1) archive.add(audit::bundle::pruned_name, pruned(leaves, tiles));
        for (std::size_t begin = first - 1; begin < leaves.size(); begin += audit::tile_width)
            add_segment(archive, tiles, leaves, begin);
        for (const auto& tile : tiles.unfinished()) {
            if (tile.level > 0) archive.add(audit::bundle::tile_name(tile), tile.encode());
        }
        archive.add(audit::bundle::checkpoint_name,
                    checkpoints.empty() ? std::string() : checkpoints.back().note.encode());
        archive.end();
        return out;
    }

    /// Of a bundle of ours that begins with event 1.
    static BundleModel parse(ByteView bundle) {
        auto rest = bundle;
        std::map<std::string, Bytes> files;
        while (rest[0] != 0) {
            const std::string name(reinterpret_cast<const char*>(rest.data()));
            const auto size = std::stoul(std::string(as_text(rest.subspan(124, 11))), nullptr, 8);
            const auto content = rest.subspan(512, size);
            files[name] = Bytes(content.begin(), content.end());
            rest = rest.subspan(512 + (size + 511) / 512 * 512);
        }
        BundleModel model;
        const auto head = std::string(as_text(files.at("bundle")));
        const auto origin_at = head.find('\n') + 1;
        model.origin = head.substr(origin_at, head.find('\n', origin_at) - origin_at);
        for (std::uint64_t segment = 0;; ++segment) {
            const auto personal = files.find(audit::bundle::personal_name(segment));
            if (personal == files.end()) return model;
            model.take_segment(files, personal->second, segment);
        }
    }

 private:
    [[nodiscard]] std::string pruned(const std::vector<crypto::Digest>& leaves,
                                     const audit::TileStack& tiles) const {
        std::string text;
        for (const auto& tile : tiles.unfinished()) {
            for (const auto& hash : tile.hashes)
                text += fmt::format("tile {} {}\n", tile.level, to_base64(hash));
        }
        const auto nodes = [&](unsigned level, std::uint64_t position) {
            audit::CompactRange range;
            for (auto i = position << level; i < (position + 1) << level; ++i)
                range.append(leaves[static_cast<std::size_t>(i)]);
            return range.root();
        };
        for (const auto& each : checkpoints) {
            const auto size = static_cast<std::uint64_t>(each.checkpoint.size);
            if (size > tiles.size()) break;
            text += each.note.encode();
            for (const auto& hash : audit::consistency_proof(nodes, size, tiles.size()))
                text += fmt::format("proof {}\n", to_base64(hash));
        }
        return text;
    }

    void take_segment(const std::map<std::string, Bytes>& files, const Bytes& sealed, std::uint64_t segment) {
        const auto name = audit::bundle::entries_name(segment, audit::tile_width);
        const auto entries_file = std::find_if(
            files.begin(), files.end(), [&](const auto& each) { return each.first.starts_with(name); });
        ByteReader entries(entries_file->second, "entries");
        ByteReader values(sealed, "values");
        while (!entries.empty()) {
            const auto event = entries.raw(entries.integer<std::uint16_t>());
            events.emplace_back(event.begin(), event.end());
            ByteWriter own;
            for (auto left = audit::decode_event(event).personal.size(); left > 0; --left) {
                const auto mark = values.integer<std::uint8_t>();
                own.integer(mark);
                if (mark == audit::bundle::personal_present)
                    own.raw(values.array<16>()).field(values.field());
            }
            personal.push_back(own.take());
        }
        auto notes = as_text(files.at(audit::bundle::checkpoints_name(segment)));
        while (auto checkpoint = audit::take_checkpoint(notes))
            checkpoints.push_back(*checkpoint);
    }

    void add_segment(audit::ArchiveWriter& archive, audit::TileStack& tiles,
                     const std::vector<crypto::Digest>& leaves, std::size_t begin) const {
        const auto end = std::min<std::size_t>(begin + audit::tile_width, leaves.size());
        const auto segment = begin / audit::tile_width;
        ByteWriter entries;
        ByteWriter values;
        std::string notes;
        std::vector<audit::Tile> finished;
        for (auto i = begin; i < end; ++i) {
            finished = tiles.append(leaves[i]);
            if (i >= events.size()) continue;
            entries.integer(static_cast<std::uint16_t>(events[i].size())).raw(events[i]);
            values.raw(personal[i]);
        }
        for (const auto& each : checkpoints) {
            const auto size = static_cast<std::size_t>(each.checkpoint.size);
            if (size > begin && size <= end) notes += each.note.encode();
        }
        archive.add(audit::bundle::entries_name(segment, end - begin), entries.bytes());
        archive.add(audit::bundle::personal_name(segment), values.bytes());
        archive.add(audit::bundle::checkpoints_name(segment), notes);
        if (finished.empty()) finished = {tiles.unfinished().front()};
        for (const auto& tile : finished)
            archive.add(audit::bundle::tile_name(tile), tile.encode());
    }
};

}  // namespace myqsec::test
