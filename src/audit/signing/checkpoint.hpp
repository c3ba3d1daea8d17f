// Checkpoints (C2SP tlog-checkpoint): signed notes that say which events the log holds, by size and root; and
// which key may sign which.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "audit/signing/signed_note.hpp"
#include "crypto/hash.hpp"

namespace myqsec::audit {

/// The text of a checkpoint:
///   origin            which log; also the name of its keys
///   size              of the tree, decimal
///   root              base64
///   epoch N           the number of the key that signs
///   next VKEY         only the last one of an epoch: the key of the next
struct Checkpoint {
    std::string origin;
    std::int64_t size = 0;
    crypto::Digest root{};
    std::uint32_t epoch = 1;
    std::optional<NoteKey> next;

    [[nodiscard]] std::string text() const;
    /// Nothing unless it is exactly what text() writes.
    [[nodiscard]] static std::optional<Checkpoint> parse(std::string_view text);
    bool operator==(const Checkpoint&) const = default;
};

/// A note that is a checkpoint.
struct SignedCheckpoint {
    Checkpoint checkpoint;
    SignedNote note;
};

[[nodiscard]] SignedCheckpoint sign_checkpoint(const Checkpoint& checkpoint, crypto::SigningKey& key);

/// Takes the first one off the front of `rest`; nothing if there is none well-formed. Its signature is not
/// looked at.
[[nodiscard]] std::optional<SignedCheckpoint> take_checkpoint(std::string_view& rest);

/// From the first epoch's key on, each names its successor in its last checkpoint.
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
