#include "access/tickets.hpp"

#include "access/identity/lockout.hpp"
#include "base/error.hpp"

namespace myqsec::access {

namespace {

std::vector<audit::Change> source_change(std::string_view source, storage::Vault& vault) {
    auto tag = Place{{}, std::string(source)}.source_tag(vault);
    if (tag.empty()) return {};
    return {{"source", "", std::move(tag)}};
}

}  // namespace

Sessions::IssuedTicket Tickets::issue(const Principal& principal, std::string_view source) {
    return sessions_.issue_ticket(principal, source, source_change(source, vault_));
}

Principal Tickets::redeem(const Principal& host, std::string_view token, std::string_view source) {
    const auto proof = authority_.authorise(host, Right::session_host);
    if (auto principal = sessions_.redeem_ticket(proof, token, source)) return *principal;
    auto changes = source_change(source, vault_);
    changes.insert(changes.begin(), {{"method", "", "ticket"}, {"reason", "", "credentials"}});
    refusals_.record({.action = audit::Action::session_login_failed,
                      .actor = audit::Actor::anonymous(),
                      .object = {},
                      .result = audit::Result::failed,
                      .changes = std::move(changes),
                      .personal = {}});
    fail(Status::ERR_AUTHENTICATION, "the ticket is unknown, over, or of another source; log in again");
}

void Tickets::withdraw(const Principal& host, std::string_view token) {
    sessions_.withdraw_ticket(authority_.authorise(host, Right::session_host), token);
}

}  // namespace myqsec::access
