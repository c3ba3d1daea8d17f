// Delegates: a person lets others release the jobs that wait for them.
#pragma once

#include <optional>
#include <string>

#include "spool/permits/delegation.hpp"

namespace myqsec::spool {

inline constexpr std::int64_t most_delegates = 32;     ///< of an owner
inline constexpr std::int64_t most_delegations = 128;  ///< to one delegate

struct DelegationFields {
    UserId owner;                 ///< none: the principal's user
    UserId delegate;              ///< none: by name
    std::string delegate_name{};  ///< none: by id
    std::optional<Instant> until{};
    bool names = false;
    bool private_jobs = false;
};

struct DelegationFilter {
    UserId owner;
    UserId delegate;
};

/// Thread-safe. What it is built from outlives it.
class Delegations {
 public:
    explicit Delegations(const Context& context) : context_(context) {}

    /// For one's own jobs job.delegate.own; for another's job.release.all over that user, and job.manage.all
    /// where the delegate is to read names. Replaces what that delegate was given before. ERR_NOT_FOUND (no
    /// such delegate, owner), ERR_NOT_POSSIBLE (one of them is disabled), ERR_LIMIT, ERR_INVALID_ARGUMENT
    /// (oneself; an end that is past).
    DelegationId give(const access::Principal& principal, const DelegationFields& fields);
    /// Either of the two, or job.release.all over the owner. What the delegate is releasing by it stops.
    /// ERR_NOT_FOUND, also for what one may not see.
    void take(const access::Principal& principal, DelegationId delegation);
    /// One's own, in either part; with job.release.all over an owner, that one's; with it everywhere, all. In
    /// force or not seen to be over yet. By id.
    [[nodiscard]] Paged<Delegation> list(const access::Principal& principal, const DelegationFilter& filter,
                                         const Page& page = {});

    /// Removes what is over by the time that is known to have passed. Returns when the next one is.
    Instant tick();

    /// For the removal of a user; joins its transaction.
    void forget_user(storage::Transaction& transaction, UserId user);

 private:
    [[nodiscard]] Authorised authorise(const access::Principal& principal, UserId owner);
    [[nodiscard]] UserId delegate_of(const access::Principal& principal, const DelegationFields& fields);

    const Context& context_;
};

}  // namespace myqsec::spool
