#include "audit/bundle/bundle_parts.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "audit/bundle/bundle_format.hpp"
#include "audit/tree/merkle.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

namespace myqsec::audit {

namespace {

class SegmentReader {
 public:
    SegmentReader(std::int64_t first, std::size_t width) : first_(first), width_(width) {}

    Segment read(const SegmentFiles& files) {
        ByteReader tile(files.tile, "a tile");
        while (out_.tile.size() < width_)
            out_.tile.push_back(tile.array<32>());
        ByteReader entries(files.entries, "an entry bundle");
        ByteReader personal(files.personal, "sealed values");
        for (std::size_t i = 0; i < width_; ++i) {
            // Once one entry cannot be read, the next one's beginning is a guess.
            if (!read_entry(entries, personal, i)) break;
        }
        if (out_.entries.size() == width_ && !out_.wrong && !(entries.empty() && personal.empty()))
            note(sequence(width_ - 1), "something follows it that belongs to no event");
        read_checkpoints(files.checkpoints);
        return std::move(out_);
    }

 private:
    [[nodiscard]] std::int64_t sequence(std::size_t index) const {
        return first_ + static_cast<std::int64_t>(index);
    }

    void note(std::int64_t event, std::string reason) {
        if (!out_.wrong) out_.wrong = Wrong{event, std::move(reason)};
    }

    bool read_entry(ByteReader& entries, ByteReader& personal, std::size_t index) {
        if (entries.empty()) {
            note(sequence(index), "it is missing");
            return false;
        }
        try {
            const auto encoded = entries.raw(entries.integer<std::uint16_t>());
            const auto event = decode_event(encoded);
            if (event.sequence != sequence(index)) {
                note(sequence(index),
                     fmt::format("in its place is one that says to be event {}", event.sequence));
                return false;
            }
            Segment::Entry entry;
            entry.leaf = leaf_hash(encoded);
            if (entry.leaf != out_.tile[index]) note(sequence(index), "it is not the one that was logged");
            entry.ends_epoch = event.action == Action::audit_key_rotated;
            if (entry.ends_epoch) entry.rotation = KeyChange::parse(event.changes);
            if (event.action == Action::audit_pruned) entry.pruning = Pruning::parse(event.changes);
            out_.entries.push_back(std::move(entry));
            // The values of an altered event are not worth comparing with it.
            if (!out_.wrong) read_personal(personal, event);
        } catch (const Error& error) {
            note(sequence(index), fmt::format("it cannot be read: {}", error.what()));
            return false;
        }
        return true;
    }

    void read_personal(ByteReader& from, const CanonicalEvent& event) {
        for (const auto& value : event.personal) {
            const auto mark = from.integer<std::uint8_t>();
            if (mark == bundle::personal_absent) {
                ++out_.erased_values;
                continue;
            }
            SealedPersonal sealed;
            sealed.salt = from.array<16>();
            const auto bytes = from.field();
            sealed.sealed.assign(bytes.begin(), bytes.end());
            if (mark != bundle::personal_present || commit_to(sealed) != value.commitment) {
                note(event.sequence, "a sealed value of it is not the one that was logged");
                return;
            }
            ++out_.sealed_values;
        }
    }

    void read_checkpoints(const Bytes& file) {
        auto rest = as_text(file);
        const auto last = first_ + static_cast<std::int64_t>(width_) - 1;
        auto least = first_;
        while (!rest.empty()) {
            auto checkpoint = take_checkpoint(rest);
            if (!checkpoint || checkpoint->checkpoint.size < least || checkpoint->checkpoint.size > last) {
                out_.checkpoints_end_well = false;
                return;
            }
            least = checkpoint->checkpoint.size + 1;
            out_.checkpoints.push_back(std::move(*checkpoint));
        }
    }

    std::int64_t first_;
    std::size_t width_;
    Segment out_;
};

}  // namespace

Segment read_segment(const SegmentFiles& files, std::int64_t first, std::size_t width) {
    return SegmentReader(first, width).read(files);
}

namespace {

/// What is left is not well-formed.
struct Malformed {};

/// The hash on a line that begins with `word`, which is taken off the front; nothing for another line.
std::optional<crypto::Digest> take_hash(std::string_view& rest, std::string_view word) {
    if (!rest.starts_with(word)) return std::nullopt;
    const auto end = rest.find('\n');
    if (end == std::string_view::npos) throw Malformed{};
    const auto bytes = from_base64(rest.substr(word.size(), end - word.size()));
    crypto::Digest hash{};
    if (!bytes || bytes->size() != hash.size()) throw Malformed{};
    std::ranges::copy(*bytes, hash.begin());
    rest.remove_prefix(end + 1);
    return hash;
}

PrunedPart read(std::string_view rest, std::int64_t pruned) {
    PrunedPart part;
    part.tiles = TileStack(static_cast<std::uint64_t>(pruned), [&](unsigned level, std::uint64_t) {
        const auto hash = take_hash(rest, fmt::format("{}{} ", bundle::tile_word, level));
        if (!hash) throw Malformed{};
        return *hash;
    });
    std::int64_t least = 1;
    while (!rest.empty()) {
        auto checkpoint = take_checkpoint(rest);
        if (!checkpoint || checkpoint->checkpoint.size < least || checkpoint->checkpoint.size > pruned)
            throw Malformed{};
        least = checkpoint->checkpoint.size + 1;
        auto& one = part.checkpoints.emplace_back(PrunedPart::ProvenCheckpoint{std::move(*checkpoint), {}});
        while (const auto hash = take_hash(rest, bundle::proof_word))
            one.proof.push_back(*hash);
    }
    return part;
}

}  // namespace

std::optional<PrunedPart> read_pruned_part(std::string_view text, std::int64_t pruned) {
    try {
        return read(text, pruned);
    } catch (const Malformed&) {
        return std::nullopt;
    }
}

}  // namespace myqsec::audit
