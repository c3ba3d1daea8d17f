// myqsec/audit.h.
#include <algorithm>

#include "abi/machinery/session.hpp"
#include "audit/event/event_text.hpp"
#include "myqsec/audit.h"

using namespace myqsec;
using namespace myqsec::abi;

namespace {

constexpr Column event_columns[] = {
    {"sequence", MYQSEC_COLUMN_INTEGER}, {"time", MYQSEC_COLUMN_INSTANT},
    {"action", MYQSEC_COLUMN_TEXT},      {"actor_kind", MYQSEC_COLUMN_TEXT},
    {"actor", MYQSEC_COLUMN_TEXT},       {"actor_user", MYQSEC_COLUMN_INTEGER},
    {"object_kind", MYQSEC_COLUMN_TEXT}, {"object", MYQSEC_COLUMN_INTEGER},
    {"result", MYQSEC_COLUMN_TEXT},      {"changes", MYQSEC_COLUMN_TEXT},
    {"personal", MYQSEC_COLUMN_TEXT},    {"leaf_hash", MYQSEC_COLUMN_BYTES},
};
constexpr Column head_columns[] = {{"size", MYQSEC_COLUMN_INTEGER}, {"root_hash", MYQSEC_COLUMN_BYTES}};

void add_event(List& list, access::Users& users, const audit::StoredEvent& event) {
    const bool by_user = event.actor.kind == audit::ActorKind::user;
    const auto user = by_user ? users.with_pseudonym(event.actor.pseudonym) : std::nullopt;
    list.add(event.sequence, event.time, audit::action_name(event.action),
             audit::actor_kind_name(event.actor.kind),
             by_user ? to_hex(event.actor.pseudonym) : std::string(), user,
             audit::object_kind_name(event.object.kind), event.object.id, audit::result_name(event.result),
             audit::json_of(event.changes), audit::json_of(event.personal), event.leaf_hash);
}

audit::ObjectKind kind_named(std::string_view kind) {
    if (const auto named = audit::object_kind_named(kind)) return *named;
    fail(Status::ERR_INVALID_ARGUMENT, "filter.object_kind is none of the kinds of objects");
}

audit::Actor actor_named(std::string_view pseudonym) {
    audit::Actor actor{audit::ActorKind::user, {}};
    if (pseudonym.size() != 2 * actor.pseudonym.size() ||
        pseudonym.find_first_not_of("0123456789abcdef") != std::string_view::npos) {
        fail(Status::ERR_INVALID_ARGUMENT, "filter.actor must be a pseudonym: 32 hexadecimal digits");
    }
    std::ranges::copy(from_hex(pseudonym), actor.pseudonym.begin());
    return actor;
}

audit::EventFilter event_filter(Session& session, const myqsec_audit_filter* given) {
    const auto filter = read_struct_or(given, MYQSEC_AUDIT_FILTER_INIT, "filter");
    check_reserved(filter.reserved == 0, "filter");
    audit::EventFilter out;
    if (filter.object < 0 || (filter.object != 0 && !filter.object_kind))
        fail(Status::ERR_INVALID_ARGUMENT, "filter.object is an id, together with filter.object_kind");
    if (const auto kind = optional_text(filter.object_kind, "filter.object_kind"))
        out.object_kind = kind_named(*kind);
    if (filter.object != 0) out.object = audit::Object{*out.object_kind, filter.object};
    const auto user = optional_id<UserId>(filter.actor_user, "filter.actor_user");
    if (user && filter.actor)
        fail(Status::ERR_INVALID_ARGUMENT, "filter names an actor by actor_user or by actor, not by both");
    if (user) out.actor = session.engine.access.users.actor(user);
    if (const auto actor = optional_text(filter.actor, "filter.actor")) out.actor = actor_named(*actor);
    if (const auto action = optional_text(filter.action, "filter.action"))
        out.action = audit::parse_action(*action);
    if (filter.from != 0) out.from = from_milliseconds(filter.from);
    if (filter.to != 0) out.to = from_milliseconds(filter.to);
    return out;
}

}  // namespace

myqsec_status myqsec_audit_list(myqsec_session* session, const myqsec_audit_filter* filter,
                                const myqsec_page* page, myqsec_list** out) {
    return with_session(session, [&](Session& s) {
        auto& handle = output(out, "out");
        const auto wanted = page_of(page);
        const auto proof = authorise(s, access::Right::audit_read);
        List list(event_columns);
        list.add_page(
            s.engine.audit.list(proof, event_filter(s, filter), wanted),
            [&](const audit::StoredEvent& event) { add_event(list, s.engine.access.users, event); });
        handle = new_list(std::move(list));
    });
}

myqsec_status myqsec_audit_head(myqsec_session* session, myqsec_list** out) {
    return with_session(session, [&](Session& s) {
        auto& handle = output(out, "out");
        const auto proof = authorise(s, access::Right::audit_read);
        const auto head = s.engine.audit.head(proof);
        List list(head_columns);
        list.add(head.size, head.root);
        handle = new_list(std::move(list));
    });
}
