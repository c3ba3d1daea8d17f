// myqsec/audit.h.
#include "abi/machinery/session.hpp"
#include "audit/event_text.hpp"
#include "myqsec/audit.h"

using namespace myqsec;
using namespace myqsec::abi;

namespace {

constexpr std::uint32_t usual_limit = 1000;
constexpr std::uint32_t most_events = 100'000;

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

}  // namespace

myqsec_status myqsec_audit_list(myqsec_session* session, int64_t from, uint32_t limit, myqsec_list** out) {
    return with_session(session, [&](Session& s) {
        auto& handle = output(out, "out");
        if (from < 1)
            fail(Status::ERR_INVALID_ARGUMENT, "from must be at least 1, the first sequence number");
        if (limit > most_events) fail(Status::ERR_INVALID_ARGUMENT, "limit must be at most {}", most_events);
        static_cast<void>(authorise(s, access::Right::audit_read));
        List list(event_columns);
        for (const auto& event : s.engine.audit.list(from, limit == 0 ? usual_limit : limit)) {
            add_event(list, s.engine.access.users, event);
        }
        handle = new_list(std::move(list));
    });
}

myqsec_status myqsec_audit_head(myqsec_session* session, myqsec_list** out) {
    return with_session(session, [&](Session& s) {
        auto& handle = output(out, "out");
        static_cast<void>(authorise(s, access::Right::audit_read));
        const auto head = s.engine.audit.head();
        List list(head_columns);
        list.add(head.size, head.root);
        handle = new_list(std::move(list));
    });
}
