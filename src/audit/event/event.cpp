#include "audit/event/event.hpp"

#include "base/error.hpp"

namespace myqsec::audit {

std::string_view action_name(Action action) noexcept {
    switch (action) {
#define MYQSEC_ACTION(enumerator, name, number, meaning) \
    case Action::enumerator:                             \
        return name;
#include "audit/event/actions.def"
#undef MYQSEC_ACTION
    }
    return "unknown";
}

Action parse_action(std::string_view name) {
#define MYQSEC_ACTION(enumerator, known, number, meaning) \
    if (name == known) return Action::enumerator;
#include "audit/event/actions.def"
#undef MYQSEC_ACTION
    fail(Status::ERR_INVALID_ARGUMENT, "there is no action of that name");
}

std::string_view action_meaning(Action action) noexcept {
    switch (action) {
#define MYQSEC_ACTION(enumerator, name, number, meaning) \
    case Action::enumerator:                             \
        return meaning;
#include "audit/event/actions.def"
#undef MYQSEC_ACTION
    }
    return "an action of a newer version";
}

std::string_view actor_kind_name(ActorKind kind) noexcept {
    switch (kind) {
        case ActorKind::system:
            return "system";
        case ActorKind::user:
            return "user";
        case ActorKind::anonymous:
            return "anonymous";
    }
    return "unknown";
}

std::string_view object_kind_name(ObjectKind kind) noexcept {
    switch (kind) {
        case ObjectKind::none:
            return "";
        case ObjectKind::instance:
            return "instance";
        case ObjectKind::setting:
            return "setting";
        case ObjectKind::user:
            return "user";
        case ObjectKind::group:
            return "group";
        case ObjectKind::role:
            return "role";
        case ObjectKind::card:
            return "card";
        case ObjectKind::queue:
            return "queue";
        case ObjectKind::device:
            return "device";
        case ObjectKind::job:
            return "job";
        case ObjectKind::certificate:
            return "certificate";
    }
    return "unknown";
}

std::optional<ObjectKind> object_kind_named(std::string_view name) noexcept {
    for (const auto each : object_kinds) {
        if (object_kind_name(each) == name) return each;
    }
    return std::nullopt;
}

std::string_view result_name(Result result) noexcept {
    switch (result) {
        case Result::ok:
            return "ok";
        case Result::denied:
            return "denied";
        case Result::failed:
            return "failed";
    }
    return "unknown";
}

}  // namespace myqsec::audit
