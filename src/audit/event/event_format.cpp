#include "audit/event/event_format.hpp"

#include "base/error.hpp"

namespace myqsec::audit {

namespace {

std::int64_t read_int64(ByteReader& reader) {
    return static_cast<std::int64_t>(reader.integer<std::uint64_t>());
}

std::string read_text(ByteReader& reader) {
    return std::string(as_text(reader.field()));
}

std::uint16_t count_of(std::size_t size) {
    if (size > 0xFFFF) fail(Status::ERR_LIMIT, "an audit event holds at most 65535 changes, not {}", size);
    return static_cast<std::uint16_t>(size);
}

}  // namespace

crypto::Digest commit_to(const SealedPersonal& personal) {
    return crypto::Sha256().update(personal.salt).update(personal.sealed).final();
}

Bytes encode_event(const CanonicalEvent& event) {
    ByteWriter writer;
    writer.integer(event_format_version)
        .integer(static_cast<std::uint64_t>(event.sequence))
        .integer(static_cast<std::uint64_t>(to_milliseconds(event.time)))
        .integer(static_cast<std::uint16_t>(event.action))
        .integer(static_cast<std::uint8_t>(event.actor.kind))
        .raw(event.actor.pseudonym)
        .integer(static_cast<std::uint8_t>(event.object.kind))
        .integer(static_cast<std::uint64_t>(event.object.id))
        .integer(static_cast<std::uint8_t>(event.result))
        .integer(count_of(event.changes.size()));
    for (const auto& change : event.changes) {
        writer.field(as_bytes(change.field))
            .field(as_bytes(change.old_value))
            .field(as_bytes(change.new_value));
    }
    writer.integer(count_of(event.personal.size()));
    for (const auto& personal : event.personal) {
        writer.integer(static_cast<std::uint64_t>(personal.person.value))
            .field(as_bytes(personal.field))
            .raw(personal.commitment);
    }
    if (writer.bytes().size() > largest_event) {
        fail(Status::ERR_LIMIT,
             "an audit event would have {} bytes, more than {}; shorten the values it records",
             writer.bytes().size(), largest_event);
    }
    return writer.take();
}

CanonicalEvent decode_event(ByteView encoded) {
    ByteReader reader(encoded, "an audit event");
    const auto version = reader.integer<std::uint8_t>();
    if (version != event_format_version) {
        fail(Status::ERR_NEWER_VERSION, "an audit event has format version {}; this library reads version {}",
             version, event_format_version);
    }
    CanonicalEvent event;
    event.sequence = read_int64(reader);
    event.time = from_milliseconds(read_int64(reader));
    event.action = static_cast<Action>(reader.integer<std::uint16_t>());
    event.actor.kind = static_cast<ActorKind>(reader.integer<std::uint8_t>());
    event.actor.pseudonym = reader.array<16>();
    event.object.kind = static_cast<ObjectKind>(reader.integer<std::uint8_t>());
    event.object.id = read_int64(reader);
    event.result = static_cast<Result>(reader.integer<std::uint8_t>());
    for (auto left = reader.integer<std::uint16_t>(); left > 0; --left) {
        auto& change = event.changes.emplace_back();
        change.field = read_text(reader);
        change.old_value = read_text(reader);
        change.new_value = read_text(reader);
    }
    for (auto left = reader.integer<std::uint16_t>(); left > 0; --left) {
        auto& personal = event.personal.emplace_back();
        personal.person = LeafId(read_int64(reader));
        personal.field = read_text(reader);
        personal.commitment = reader.array<32>();
    }
    reader.expect_end();
    return event;
}

namespace {

constexpr std::size_t time_offset = 1 + 8;  // version, sequence
constexpr std::size_t action_offset = time_offset + 8;

}  // namespace

Action action_of(ByteView encoded) {
    ByteReader reader(encoded, "an audit event");
    reader.raw(action_offset);
    return static_cast<Action>(reader.integer<std::uint16_t>());
}

Instant time_of(ByteView encoded) {
    ByteReader reader(encoded, "an audit event");
    reader.raw(time_offset);
    return from_milliseconds(read_int64(reader));
}

EventFacts facts_of(ByteView encoded) {
    ByteReader reader(encoded, "an audit event");
    reader.raw(time_offset);
    EventFacts facts;
    facts.time = from_milliseconds(read_int64(reader));
    facts.action = static_cast<Action>(reader.integer<std::uint16_t>());
    facts.actor.kind = static_cast<ActorKind>(reader.integer<std::uint8_t>());
    facts.actor.pseudonym = reader.array<16>();
    facts.object.kind = static_cast<ObjectKind>(reader.integer<std::uint8_t>());
    facts.object.id = read_int64(reader);
    return facts;
}

Bytes encode_personal(const std::vector<SealedPersonal>& personal) {
    ByteWriter writer;
    for (const auto& value : personal)
        writer.raw(value.salt).field(value.sealed);
    return writer.take();
}

std::vector<SealedPersonal> decode_personal(ByteView encoded) {
    ByteReader reader(encoded, "the personal values of an audit event");
    std::vector<SealedPersonal> personal;
    while (!reader.empty()) {
        auto& value = personal.emplace_back();
        value.salt = reader.array<16>();
        const auto sealed = reader.field();
        value.sealed.assign(sealed.begin(), sealed.end());
    }
    return personal;
}

}  // namespace myqsec::audit
