#include "audit/event/event_filter.hpp"

#include "audit/event/event_format.hpp"

namespace myqsec::audit {

namespace {

enum class KeyKind : std::uint8_t { object = 1, actor = 2, action = 3, object_kind = 4 };

}  // namespace

Bytes key_of(const Object& object) {
    return ByteWriter()
        .integer(static_cast<std::uint8_t>(KeyKind::object))
        .integer(static_cast<std::uint8_t>(object.kind))
        .integer(static_cast<std::uint64_t>(object.id))
        .take();
}

Bytes key_of(ObjectKind kind) {
    return ByteWriter()
        .integer(static_cast<std::uint8_t>(KeyKind::object_kind))
        .integer(static_cast<std::uint8_t>(kind))
        .take();
}

Bytes key_of(const Actor& actor) {
    return ByteWriter()
        .integer(static_cast<std::uint8_t>(KeyKind::actor))
        .integer(static_cast<std::uint8_t>(actor.kind))
        .raw(actor.pseudonym)
        .take();
}

Bytes key_of(Action action) {
    return ByteWriter()
        .integer(static_cast<std::uint8_t>(KeyKind::action))
        .integer(static_cast<std::uint16_t>(action))
        .take();
}

bool EventFilter::takes(ByteView event) const {
    const auto facts = facts_of(event);
    return (!object || facts.object == *object) && (!object_kind || facts.object.kind == *object_kind) &&
           (!actor || facts.actor == *actor) && (!action || facts.action == *action) && facts.time >= from &&
           facts.time < to;
}

std::vector<Bytes> EventFilter::keys() const {
    std::vector<Bytes> keys;
    if (object)
        keys.push_back(key_of(*object));
    else if (object_kind)
        keys.push_back(key_of(*object_kind));
    if (actor) keys.push_back(key_of(*actor));
    if (action) keys.push_back(key_of(*action));
    return keys;
}

}  // namespace myqsec::audit
