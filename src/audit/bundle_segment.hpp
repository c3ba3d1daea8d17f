// One segment of a bundle, up to 256 events: what it says, and the first event at which it contradicts
// itself.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "audit/checkpoint.hpp"
#include "audit/control_events.hpp"
#include "audit/event_format.hpp"

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

struct Segment {
    struct Entry {
        crypto::Digest leaf{};
        std::optional<KeyChange> rotation;
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

}  // namespace myqsec::audit
