// Sessions of people who show no password here (myqsec/session.h).
#include "abi/machinery/session.hpp"
#include "myqsec/session.h"

using namespace myqsec;
using namespace myqsec::abi;

namespace {

/// A session nobody holds must not stay open.
myqsec_session* handle_of(Engine& engine, const access::Principal& principal) {
    try {
        return new_session(engine, principal);
    } catch (...) {
        engine.access.sessions.end(principal.session, access::EndReason::closed);
        throw;
    }
}

}  // namespace

myqsec_status myqsec_session_vouch(myqsec_session* session, const myqsec_vouching* vouching,
                                   myqsec_session** out) {
    return with_session(session, [&](Session& s) {
        auto& handle = output(out, "out");
        const auto given = read_struct(vouching, "vouching");
        check_reserved(given.reserved == 0, "vouching");
        access::VouchedLogin login{.user = id<UserId>(given.user, "vouching.user"),
                                   .method = text(given.method, "vouching.method"),
                                   .issuer = text(given.issuer, "vouching.issuer"),
                                   .source = text_or_empty(given.source, "vouching.source"),
                                   .rights = {}};
        if (const auto rights = optional_text(given.rights, "vouching.rights"))
            login.rights = access::RightSet::parse(*rights);
        handle = handle_of(s.engine, s.engine.access.vouching.vouch(s.principal, login));
    });
}

myqsec_status myqsec_ticket_issue(myqsec_session* session, const char* source, char* ticket,
                                  size_t* ticket_length, int64_t* expires) {
    if (expires) *expires = 0;
    return with_session(session, [&](Session& s) {
        const auto given = required(ticket_length, "ticket_length");
        required(ticket, "ticket");
        check_room(ticket, ticket_length, MYQSEC_TICKET_ROOM, "ticket");
        const auto issued = s.engine.access.tickets.issue(s.principal, text_or_empty(source, "source"));
        *ticket_length = given;
        write_text(as_text(issued.token.view()), ticket, ticket_length, "ticket");
        if (expires) *expires = to_milliseconds(issued.expires);
    });
}

myqsec_status myqsec_ticket_redeem(myqsec_session* system, const char* ticket, const char* source,
                                   myqsec_session** out) {
    return with_session(system, [&](Session& s) {
        auto& handle = output(out, "out");
        handle = handle_of(s.engine, s.engine.access.tickets.redeem(s.principal, text(ticket, "ticket"),
                                                                    text_or_empty(source, "source")));
    });
}

myqsec_status myqsec_ticket_withdraw(myqsec_session* system, const char* ticket) {
    return with_session(
        system, [&](Session& s) { s.engine.access.tickets.withdraw(s.principal, text(ticket, "ticket")); });
}
