#include "access/rights/ticket_book.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "crypto/random.hpp"

namespace myqsec::access {

namespace {

constexpr std::size_t most_tickets = 100'000;

}  // namespace

TicketBook::TicketBook() : key_(crypto::random_secret(32)) {}

crypto::Digest TicketBook::hash(std::string_view text) const {
    return crypto::hmac_sha256(key_.view(), as_bytes(text));
}

std::optional<Ticket> TicketBook::add(const crypto::Digest& token, Ticket ticket) {
    const auto user = ticket.principal.user;
    auto& count = of_person_[user];
    std::optional<Ticket> replaced;
    if (count >= most_of_a_person) {
        auto oldest = tickets_.end();
        for (auto at = tickets_.begin(); at != tickets_.end(); ++at) {
            const bool older = oldest == tickets_.end() || at->second.number < oldest->second.number;
            if (at->second.principal.user == user && older) oldest = at;
        }
        if (oldest != tickets_.end()) replaced = remove(crypto::Digest(oldest->first));
    }
    if (tickets_.size() >= most_tickets)
        fail(Status::ERR_LIMIT, "there are {} session tickets already", most_tickets);
    ticket.number = ++issued_;
    tickets_.emplace(token, ticket);
    ++count;
    return replaced;
}

Ticket* TicketBook::find(const crypto::Digest& token) {
    const auto found = tickets_.find(token);
    return found == tickets_.end() ? nullptr : &found->second;
}

std::optional<Ticket> TicketBook::remove(const crypto::Digest& token) {
    auto taken = tickets_.extract(token);
    if (taken.empty()) return std::nullopt;
    --of_person_[taken.mapped().principal.user];
    return taken.mapped();
}

template <typename Condition>
TicketBook::Entries TicketBook::take_out_if(Condition&& condition) {
    Entries out;
    for (auto at = tickets_.begin(); at != tickets_.end();) {
        const auto here = at++;
        if (!condition(here->second)) continue;
        --of_person_[here->second.principal.user];
        out.insert(tickets_.extract(here));
    }
    return out;
}

TicketBook::Entries TicketBook::take_out(const std::vector<UserId>& users) {
    return take_out_if(
        [&](const Ticket& ticket) { return std::ranges::binary_search(users, ticket.principal.user); });
}

TicketBook::Entries TicketBook::expire(Instant now) {
    return take_out_if([&](const Ticket& ticket) { return ticket.expires <= now; });
}

void TicketBook::put_back(Entries& entries) noexcept {
    for (const auto& [token, ticket] : entries)
        ++of_person_.find(ticket.principal.user)->second;
    tickets_.merge(entries);
}

std::optional<Instant> TicketBook::next_expiry() const {
    std::optional<Instant> next;
    for (const auto& [token, ticket] : tickets_)
        next = std::min(next.value_or(ticket.expires), ticket.expires);
    return next;
}

}  // namespace myqsec::access
