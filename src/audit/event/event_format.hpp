// The canonical form of an event, whose hash is the leaf of the tree, and the form of the personal values
// beside it. docs/formats/audit-event.md is the format's page.
#pragma once

#include <vector>

#include "audit/event/event.hpp"
#include "crypto/hash.hpp"

namespace myqsec::audit {

inline constexpr std::uint8_t event_format_version = 1;
/// Entry bundles (C2SP tlog-tiles) give an entry 16 bits for its length.
inline constexpr std::size_t largest_event = 65535;

/// What the hashed event says about a personal value: where it is, and a commitment to its sealed form.
struct PersonalCommitment {
    LeafId person;
    std::string field;
    crypto::Digest commitment{};
};

/// What is stored beside the hashed event, in the same order. Can be dropped without touching the tree.
struct SealedPersonal {
    ByteArray<16> salt{};
    Bytes sealed;
};

/// SHA-256(salt ‖ sealed). The salt, stored beside, goes with the sealed value.
[[nodiscard]] crypto::Digest commit_to(const SealedPersonal& personal);

struct CanonicalEvent {
    std::int64_t sequence = 0;
    Instant time;
    Action action{};
    Actor actor;
    Object object;
    Result result = Result::ok;
    std::vector<Change> changes;
    std::vector<PersonalCommitment> personal;
};

/// Throws ERR_LIMIT beyond largest_event.
[[nodiscard]] Bytes encode_event(const CanonicalEvent& event);
/// Throws ERR_CORRUPT, ERR_NEWER_VERSION.
[[nodiscard]] CanonicalEvent decode_event(ByteView encoded);

/// Of a well-formed event, without decoding all of it.
[[nodiscard]] Action action_of(ByteView encoded);
[[nodiscard]] Instant time_of(ByteView encoded);
/// What events are found by.
struct EventFacts {
    Instant time;
    Action action{};
    Actor actor;
    Object object;
};
[[nodiscard]] EventFacts facts_of(ByteView encoded);

[[nodiscard]] Bytes encode_personal(const std::vector<SealedPersonal>& personal);
[[nodiscard]] std::vector<SealedPersonal> decode_personal(ByteView encoded);

}  // namespace myqsec::audit
