// What a bundle says about events that were pruned: the roots over them, and the checkpoints that end among
// them, each with the proof that the log goes on from it.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "audit/checkpoint.hpp"
#include "audit/proof.hpp"
#include "audit/tiles.hpp"

namespace myqsec::audit {

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
