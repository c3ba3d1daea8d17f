// Sessions: what they are, and how they end (from myqsec/engine.h and myqsec/access.h).
#include "abi/machinery/list.hpp"
#include "abi/machinery/session.hpp"
#include "myqsec/access.h"

namespace myqsec::abi {

AuditMove::~AuditMove() {
    try {
        engine_.audit.drain_if_due();
    } catch (...) {  // it stays in the outbox, durable
        return;
    }
}

namespace {

constexpr Column info_columns[] = {
    {"kind", MYQSEC_COLUMN_TEXT},
    {"id", MYQSEC_COLUMN_INTEGER},
    {"user", MYQSEC_COLUMN_INTEGER},
    {"user_name", MYQSEC_COLUMN_TEXT},
    {"full_name", MYQSEC_COLUMN_TEXT},
    {"device", MYQSEC_COLUMN_INTEGER},
    {"started", MYQSEC_COLUMN_INSTANT},
    {"idle_deadline", MYQSEC_COLUMN_INSTANT},
    {"end_deadline", MYQSEC_COLUMN_INSTANT},
    {"rights", MYQSEC_COLUMN_TEXT},
    {"message", MYQSEC_COLUMN_TEXT},
    {"must_change_password", MYQSEC_COLUMN_BOOLEAN},
};

void end_session(Session& session, access::EndReason reason) {
    switch (session.principal.kind) {
        case access::PrincipalKind::system:
            break;  // lives as long as its handle
        case access::PrincipalKind::user:
            session.engine.access.sessions.end(session.principal.session, reason);
            session.engine.spool.jobs.undo_pulled(session.principal.session);
            break;
        case access::PrincipalKind::device:
            session.engine.devices.logout(session.principal, reason);
            break;
    }
}

List describe(Session& session) {
    auto& [engine, principal, child] = session;
    const auto message = engine.settings.text(settings::Setting::login_rights_message);
    const auto rights = engine.access.authority.rights(principal).names();
    List list(info_columns);
    if (principal.kind == access::PrincipalKind::system) {
        list.add("system", Cell(), Cell(), Cell(), Cell(), Cell(), Cell(), Cell(), Cell(), rights, message,
                 false);
        return list;
    }
    const auto state = engine.access.sessions.get(principal.session);
    const bool limited = state && state->must_change_password;
    access::User user;
    if (limited)
        user.user_name = engine.access.users.user_name(principal.user);
    else
        user = engine.access.users.get(principal, principal.user);  // refuses if the session has ended
    if (!state) fail(Status::ERR_SESSION_ENDED, "the session has ended; log in again");
    const bool at_device = principal.kind == access::PrincipalKind::device;
    list.add(at_device ? "device" : "user", principal.session, principal.user, user.user_name, user.full_name,
             at_device ? Cell(principal.device) : Cell(), state->started, state->idle_deadline(),
             state->end_deadline(), rights, message, limited);
    return list;
}

}  // namespace

}  // namespace myqsec::abi

using namespace myqsec;
using namespace myqsec::abi;

myqsec_status myqsec_session_info(myqsec_session* session, myqsec_list** out) {
    return with_limited_session(session, [&](Session& s) {
        auto& handle = output(out, "out");
        handle = new_list(describe(s));
    });
}

myqsec_status myqsec_logout(myqsec_session* session) {
    return with_any_session(session, [&](Session& s) {
        if (s.principal.kind == access::PrincipalKind::system) {
            fail(Status::ERR_NOT_POSSIBLE, "the system session is not logged in; free it instead");
        }
        end_session(s, access::EndReason::logout);
    });
}

// Where this may not be called, and in a forked child, the handle stays what it is: whoever holds it can free
// it later.
void myqsec_session_free(myqsec_session* session) {
    if (!session) return;
    guard_free([&] {
        CallbackScope::check_calls_allowed();
        {
            const HandleUse use(session);
            use.object().engine.check_process();
            CallbackScope::check_session(use.object());
        }
        take_object(session, [](Session& live) {
            const AuditMove move_audit(live.engine);
            guard_free([&] { end_session(live, access::EndReason::closed); });
        });
    });
}

myqsec_status myqsec_login(myqsec_session* system, const char* user_name, const char* password,
                           const char* source, myqsec_session** out) {
    return with_session(system, [&](Session& s) {
        auto& handle = output(out, "out");
        access::LoginAttempt attempt;
        attempt.user_name = text(user_name, "user_name");
        attempt.password = text(password, "password");
        attempt.place.source = text_or_empty(source, "source");
        auto& access = s.engine.access;
        const auto since = access.sessions.mark();
        const auto user = access.login.authenticate(s.principal, attempt, access::method_name_password);
        const auto proof = access.authority.authorise(s.principal, access::Right::session_host);
        const auto principal = access.sessions.open_user_session(proof, user, since, {.password = true});
        try {
            handle = new_session(s.engine, principal);
        } catch (...) {  // a session nobody holds must not stay open
            access.sessions.end(principal.session, access::EndReason::closed);
            throw;
        }
    });
}
