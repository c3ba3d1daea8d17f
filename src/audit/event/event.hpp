// What an audit event is: who did what to what, with which result, and which values changed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/id.hpp"

namespace myqsec::audit {

enum class Action : std::uint16_t {
#define MYQSEC_ACTION(enumerator, name, number, meaning) enumerator = number,
#include "audit/event/actions.def"
#undef MYQSEC_ACTION
};

/// The dotted name, e.g. "job.held"; "unknown" for numbers that a newer version wrote.
std::string_view action_name(Action action) noexcept;
/// The action of that name. Throws ERR_INVALID_ARGUMENT.
Action parse_action(std::string_view name);
/// The registry's meaning of the action.
std::string_view action_meaning(Action action) noexcept;

/// A random number per user. It names nobody once the user is deleted.
using Pseudonym = ByteArray<16>;

enum class ActorKind : std::uint8_t { system = 1, user = 2, anonymous = 3 };

struct Actor {
    ActorKind kind = ActorKind::anonymous;
    Pseudonym pseudonym{};  ///< all zero unless kind is user

    static Actor system() { return {ActorKind::system, {}}; }
    static Actor anonymous() { return {}; }
    bool operator==(const Actor&) const = default;
};

enum class ObjectKind : std::uint8_t {
    none = 0,
    instance = 1,
    setting = 2,
    user = 3,
    group = 4,
    role = 5,
    card = 6,
    queue = 7,
    device = 8,
    job = 9,
    certificate = 13,
};

inline constexpr ObjectKind object_kinds[] = {
    ObjectKind::instance, ObjectKind::setting, ObjectKind::user,   ObjectKind::group, ObjectKind::role,
    ObjectKind::card,     ObjectKind::queue,   ObjectKind::device, ObjectKind::job,   ObjectKind::certificate,
};

struct Object {
    ObjectKind kind = ObjectKind::none;
    std::int64_t id = 0;

    Object() = default;
    static Object instance() { return {ObjectKind::instance, 0}; }
    Object(ObjectKind object_kind, std::int64_t object_id) : kind(object_kind), id(object_id) {}
    Object(UserId user) : Object(ObjectKind::user, user.value) {}      // NOLINT(google-explicit-constructor)
    Object(GroupId group) : Object(ObjectKind::group, group.value) {}  // NOLINT(google-explicit-constructor)
    Object(RoleId role) : Object(ObjectKind::role, role.value) {}      // NOLINT(google-explicit-constructor)
    Object(CardId card) : Object(ObjectKind::card, card.value) {}      // NOLINT(google-explicit-constructor)
    Object(QueueId queue) : Object(ObjectKind::queue, queue.value) {}  // NOLINT(google-explicit-constructor)
    Object(DeviceId device)
        : Object(ObjectKind::device, device.value) {}          // NOLINT(google-explicit-constructor)
    Object(JobId job) : Object(ObjectKind::job, job.value) {}  // NOLINT(google-explicit-constructor)
    Object(CertificateId certificate)
        : Object(ObjectKind::certificate, certificate.value) {}  // NOLINT(google-explicit-constructor)
    bool operator==(const Object&) const = default;
};

enum class Result : std::uint8_t { ok = 0, denied = 1, failed = 2 };

std::string_view actor_kind_name(ActorKind kind) noexcept;    ///< "system", "user", "anonymous"
std::string_view object_kind_name(ObjectKind kind) noexcept;  ///< "user", "job", …; "" for none
/// The kind of that name; none for no kind.
std::optional<ObjectKind> object_kind_named(std::string_view name) noexcept;
std::string_view result_name(Result result) noexcept;  ///< "ok", "denied", "failed"

/// A value that changed. Part of the hashed event for ever: never personal data, never a secret.
struct Change {
    std::string field;
    std::string old_value;
    std::string new_value;
    bool operator==(const Change&) const = default;
};

/// A value about a person. Stored only sealed under that person's key; the hashed event holds a commitment.
struct PersonalValue {
    LeafId person;
    std::string field;
    std::string text;
};

/// What a domain hands to AuditLog::append.
struct Event {
    Action action;
    Actor actor;
    Object object;
    Result result = Result::ok;
    std::vector<Change> changes;
    std::vector<PersonalValue> personal;
};

/// A personal value as read back; no text once its person's key is destroyed.
struct ReadPersonalValue {
    LeafId person;
    std::string field;
    std::optional<std::string> text;
};

/// What AuditLog::list returns.
struct StoredEvent {
    std::int64_t sequence = 0;  ///< 1, 2, 3 … without gaps
    Instant time;
    Action action{};
    Actor actor;
    Object object;
    Result result = Result::ok;
    std::vector<Change> changes;
    std::vector<ReadPersonalValue> personal;
    ByteArray<32> leaf_hash{};
};

}  // namespace myqsec::audit
