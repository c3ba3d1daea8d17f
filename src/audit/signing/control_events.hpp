// The events that change the log itself. What they say takes effect in the transaction that moves them to the
// log: fact and event are one there too.
#pragma once

#include <optional>

#include "audit/event/event.hpp"
#include "audit/signing/signed_note.hpp"

namespace myqsec::audit {

/// audit.key-created (from 0 to 1, no old key) and audit.key-rotated.
struct KeyChange {
    std::uint32_t epoch = 1;         ///< the new one
    std::optional<NoteKey> old_key;  ///< of the epoch before
    NoteKey new_key;

    [[nodiscard]] std::vector<Change> changes() const;
    /// Nothing unless they are exactly what changes() makes.
    [[nodiscard]] static std::optional<KeyChange> parse(const std::vector<Change>& changes);
    bool operator==(const KeyChange&) const = default;
};

/// audit.pruned.
struct Pruning {
    std::int64_t old_first = 1;
    std::int64_t new_first = 1;  ///< the first event that is kept

    [[nodiscard]] std::vector<Change> changes() const;
    /// Nothing unless they are exactly what changes() makes.
    [[nodiscard]] static std::optional<Pruning> parse(const std::vector<Change>& changes);
};

}  // namespace myqsec::audit
