// What Sessions does with tickets. They lie under its lock, so that what ends a person's sessions ends their
// tickets in the same step, and none begins a session in between.
#include <algorithm>

#include "access/rights/sessions.hpp"
#include "base/error.hpp"
#include "crypto/random.hpp"

namespace myqsec::access {

namespace {

constexpr std::size_t token_bytes = 32;

/// In memory that is wiped.
crypto::Secret new_token() {
    constexpr std::string_view digits = "0123456789abcdef";
    const auto random = crypto::random_secret(token_bytes);
    crypto::Secret token(2 * token_bytes);
    auto to = token.span().begin();
    for (const auto byte : random.view()) {
        *to++ = static_cast<std::uint8_t>(digits[byte >> 4]);
        *to++ = static_cast<std::uint8_t>(digits[byte & 15]);
    }
    return token;
}

}  // namespace

Sessions::IssuedTicket Sessions::issue_ticket(const Principal& principal, std::string_view source,
                                              std::vector<audit::Change> where) {
    if (principal.kind != PrincipalKind::user)
        fail(Status::ERR_NOT_POSSIBLE, "a ticket is issued to a person's session away from devices only");
    touch(principal);
    const auto lifetime = settings_.duration(settings::Setting::session_ticket_lifetime);
    IssuedTicket issued{new_token(), vault_.clock().now() + lifetime};
    const auto hash = tickets_.hash(as_text(issued.token.view()));
    Ticket ticket;
    ticket.principal = principal;
    if (!source.empty()) ticket.source = tickets_.hash(source);
    ticket.expires = issued.expires;
    where.insert(where.begin(), {"lifetime", "", settings::format_duration(lifetime)});

    storage::Transaction transaction(vault_.main());
    std::optional<Ticket> replaced;
    {
        const std::lock_guard lock(mutex_);
        const auto found = sessions_.find(principal.session);
        if (found == sessions_.end()) fail(Status::ERR_SESSION_ENDED, "the session has ended; log in again");
        if (found->second.ticket != 0) {
            fail(Status::ERR_NOT_POSSIBLE,
                 "a session that a ticket began is given none: the person logs in again");
        }
        replaced = tickets_.add(hash, ticket);
    }
    try {
        if (replaced) audit_end(transaction, *replaced, "replaced");
        audit_.append(transaction, {.action = audit::Action::session_ticket_issued,
                                    .actor = principal.actor,
                                    .object = principal.user,
                                    .changes = std::move(where),
                                    .personal = {}});
        transaction.commit();
    } catch (...) {
        const std::lock_guard lock(mutex_);
        tickets_.remove(hash);
        throw;
    }
    return issued;
}

std::optional<Principal> Sessions::redeem_ticket(const Authorised& host, std::string_view token,
                                                 std::string_view source) {
    host.require("session.host");
    const auto hash = tickets_.hash(token);
    const auto from = tickets_.hash(source);
    auto limits = user_limits();
    const auto now = vault_.clock().now();
    const std::lock_guard lock(mutex_);
    auto* ticket = tickets_.find(hash);
    if (ticket == nullptr || ticket->expires <= now) return std::nullopt;
    if (ticket->source && !crypto::equal_constant_time(*ticket->source, from)) return std::nullopt;
    require_room();
    limits.maximum = std::min(limits.maximum, ticket->expires - now);
    auto principal = ticket->principal;
    principal.session = random_session_id();
    sessions_.emplace(principal.session, Session{principal, now, now, limits, ticket->number});
    ++ticket->redeemed;
    return principal;
}

bool Sessions::withdraw_ticket(const Authorised& host, std::string_view token) {
    host.require("session.host");
    const auto hash = tickets_.hash(token);
    std::optional<Ticket> ticket;
    std::vector<Session> ended;
    {
        const std::lock_guard lock(mutex_);
        ticket = tickets_.remove(hash);
        if (!ticket) return false;
        for (auto at = sessions_.begin(); at != sessions_.end();) {
            const auto here = at++;
            if (here->second.ticket == ticket->number)
                ended.push_back(std::move(sessions_.extract(here).mapped()));
        }
    }
    for (const auto& session : ended) {
        try {
            revoked_hook_(session);
        } catch (const std::exception&) {
            continue;  // the next tick goes on with what is left of it
        }
    }
    storage::Transaction transaction(vault_.main());
    audit_end(transaction, *ticket, "withdrawn");
    transaction.commit();
    return true;
}

void Sessions::audit_end(storage::Transaction& transaction, const Ticket& ticket, std::string_view reason) {
    audit_.append(transaction, {.action = audit::Action::session_ticket_ended,
                                .actor = ticket.principal.actor,
                                .object = ticket.principal.user,
                                .changes = {{"reason", "", std::string(reason)},
                                            {"sessions", "", std::to_string(ticket.redeemed)}},
                                .personal = {}});
}

}  // namespace myqsec::access
