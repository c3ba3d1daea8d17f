// Which events to list.
#pragma once

#include <optional>
#include <vector>

#include "audit/event/event.hpp"
#include "base/bytes.hpp"

namespace myqsec::audit {

/// What is absent means any.
struct EventFilter {
    std::optional<Object> object;
    std::optional<ObjectKind> object_kind{};  ///< without an object: any of that kind
    std::optional<Actor> actor;
    std::optional<Action> action;
    Instant from = Instant::min();
    Instant to = Instant::max();  ///< exclusive

    /// Of an event in canonical form.
    [[nodiscard]] bool takes(ByteView event) const;
    /// One for each of object or its kind, actor and action that is given.
    [[nodiscard]] std::vector<Bytes> keys() const;
};

/// What events are found by; nothing of one is equal to another kind's.
[[nodiscard]] Bytes key_of(const Object& object);
[[nodiscard]] Bytes key_of(ObjectKind kind);
[[nodiscard]] Bytes key_of(const Actor& actor);
[[nodiscard]] Bytes key_of(Action action);

}  // namespace myqsec::audit
