// Which key may sign for which events: from the first epoch's on, each names its successor in its last
// checkpoint.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "audit/checkpoint.hpp"

namespace myqsec::audit {

class KeyChain {
 public:
    explicit KeyChain(NoteKey first) : keys_{std::move(first)} {}

    [[nodiscard]] std::uint32_t epoch() const { return static_cast<std::uint32_t>(keys_.size()); }
    [[nodiscard]] const NoteKey& key() const { return keys_.back(); }

    /// What is wrong with a checkpoint's signature; nothing if the epoch in force made it.
    [[nodiscard]] std::optional<std::string> objection(const SignedCheckpoint& checkpoint) const;
    /// The epoch's last checkpoint was seen: its successor is in force for all that follows.
    void succeed(const NoteKey& next) { keys_.push_back(next); }

 private:
    std::vector<NoteKey> keys_;
};

}  // namespace myqsec::audit
