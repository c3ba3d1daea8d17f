// Session tickets: a client that comes again and again shows one, in place of its password.
#pragma once

#include <string_view>

#include "access/rights/authority.hpp"
#include "access/rights/refusals.hpp"

namespace myqsec::access {

class Tickets {
 public:
    Tickets(storage::Vault& vault, Authority& authority, Sessions& sessions, Refusals& refusals)
        : vault_(vault), authority_(authority), sessions_(sessions), refusals_(refusals) {}

    /// As Sessions::issue_ticket(). The session's own.
    Sessions::IssuedTicket issue(const Principal& principal, std::string_view source);
    /// session.host. Throws ERR_AUTHENTICATION, with one answer whether there is no such ticket, it is over,
    /// or bound to another source; counted in the audit log (session.login-failed). No lock is asked: 256
    /// random bits are not guessed, and whoever guesses passwords does not end what was issued before.
    Principal redeem(const Principal& host, std::string_view token, std::string_view source);
    /// session.host. Nothing happens if it is over.
    void withdraw(const Principal& host, std::string_view token);

 private:
    storage::Vault& vault_;
    Authority& authority_;
    Sessions& sessions_;
    Refusals& refusals_;
};

}  // namespace myqsec::access
