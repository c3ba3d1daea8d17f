// Session tickets in memory: which token stands for whose login. A ticket is random, and kept as a hash only,
// under a key of this opening: none survives a restart.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "access/rights/principal.hpp"
#include "base/clock.hpp"
#include "crypto/hash.hpp"

namespace myqsec::access {

struct Ticket {
    std::uint64_t number = 0;                ///< tells its sessions from others; at least 1
    Principal principal;                     ///< that of the session that it was issued in
    std::optional<crypto::Digest> source{};  ///< where alone it works
    Instant expires;
    std::uint64_t redeemed = 0;  ///< so many sessions it began
};

/// Not thread-safe: Sessions has the lock.
class TicketBook {
 public:
    /// Another one of the same person ends the oldest.
    static constexpr std::size_t most_of_a_person = 64;

    TicketBook();

    /// Of a token, or of a source. Who has no key learns nothing from how long a hash takes to be found.
    [[nodiscard]] crypto::Digest hash(std::string_view text) const;

    /// Returns what had to go for it. Throws ERR_LIMIT beyond 100,000 tickets. Numbers the ticket.
    std::optional<Ticket> add(const crypto::Digest& token, Ticket ticket);
    /// Null for none.
    [[nodiscard]] Ticket* find(const crypto::Digest& token);
    /// Nothing if it is not there any more.
    std::optional<Ticket> remove(const crypto::Digest& token);

    using Entries = std::map<crypto::Digest, Ticket>;
    /// Those of `users`, who come by ascending id.
    [[nodiscard]] Entries take_out(const std::vector<UserId>& users);
    [[nodiscard]] Entries expire(Instant now);
    /// What was taken out. Takes no memory, so that it can't fail.
    void put_back(Entries& entries) noexcept;
    [[nodiscard]] std::optional<Instant> next_expiry() const;

 private:
    template <typename Condition>
    Entries take_out_if(Condition&& condition);

    crypto::Secret key_;
    Entries tickets_;
    std::map<UserId, std::size_t> of_person_;  ///< how many; entries stay
    std::uint64_t issued_ = 0;
};

}  // namespace myqsec::access
