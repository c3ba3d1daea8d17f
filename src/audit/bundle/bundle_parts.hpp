// The parts of a bundle: its segments, and what is left of those that were pruned.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/event/event_format.hpp"
#include "audit/signing/checkpoint.hpp"
#include "audit/signing/control_events.hpp"
#include "audit/tree/proof.hpp"
#include "audit/tree/tiles.hpp"

namespace myqsec::audit {

struct Wrong {
    std::int64_t event = 0;
    std::string reason;
};

/// The files of a segment as they are in the bundle.
struct SegmentFiles {
    Bytes entries;
    Bytes personal;
    Bytes checkpoints;
    Bytes tile;
};

/// Up to 256 events: what it says, and the first event at which it contradicts itself.
struct Segment {
    struct Entry {
        crypto::Digest leaf{};
        bool ends_epoch = false;            ///< is an audit.key-rotated
        std::optional<KeyChange> rotation;  ///< what it says, if that is well-formed
        std::optional<Pruning> pruning;
    };

    std::vector<Entry> entries;        ///< up to the first that cannot be read
    std::vector<crypto::Digest> tile;  ///< one hash for each event
    std::vector<SignedCheckpoint> checkpoints;
    bool checkpoints_end_well = true;  ///< false: something follows them that is none
    std::optional<Wrong> wrong;        ///< the first event that its tile, its values or its number contradict
    std::int64_t sealed_values = 0;
    std::int64_t erased_values = 0;
};

/// `first` is the sequence number of its first event. The tile has `width` hashes.
[[nodiscard]] Segment read_segment(const SegmentFiles& files, std::int64_t first, std::size_t width);

/// What a bundle says about events that were pruned: the roots over them, and the checkpoints that end among
/// them, each with the proof that the log goes on from it.
struct PrunedPart {
    struct ProvenCheckpoint {
        SignedCheckpoint checkpoint;
        Proof proof;  ///< of consistency, to the tree over all pruned events
    };
    TileStack tiles;
    std::vector<ProvenCheckpoint> checkpoints;  ///< by rising size
};

/// `pruned` is the number of events that are gone. Nothing if the text is not well-formed.
[[nodiscard]] std::optional<PrunedPart> read_pruned_part(std::string_view text, std::int64_t pruned);

}  // namespace myqsec::audit
