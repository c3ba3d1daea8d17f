// Who may release another's jobs: what the owner, or who may release them anyway, has allowed.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "access/rights/principal.hpp"
#include "base/page.hpp"
#include "spool/records/context.hpp"
#include "spool/records/job_store.hpp"
#include "spool/records/queue.hpp"

namespace myqsec::spool {

struct Delegation {
    DelegationId id{};
    UserId owner;     ///< of the jobs
    UserId delegate;  ///< who may release them
    Instant given{};
    std::optional<Instant> until{};  ///< none: until it is taken back
    bool names = false;              ///< the delegate reads the jobs' names, host names and attributes
    bool private_jobs = false;       ///< it is for jobs of private queues, too

    /// Only what waits for its owner: a reprint, or what the host releases, is no delegate's.
    [[nodiscard]] bool covers(JobState state, QueueKind kind) const {
        const bool waits = state == JobState::pending_held || state == JobState::processing;
        return waits && (kind == QueueKind::secure || (kind == QueueKind::private_ && private_jobs));
    }
};

/// Of one that names no end, or whose end is still to come by both the clock and the time that is known to
/// have passed: setting the clock back gives nobody more time.
[[nodiscard]] bool is_in_force(const Context& context, const Delegation& delegation);

/// By which the principal may release that job; none for the job's owner, for the host, or if that owner was
/// disabled. The same work whether or not there is such a job.
[[nodiscard]] std::optional<Delegation> delegation_for(const Context& context,
                                                       const access::Principal& principal,
                                                       const std::optional<store::JobRecord>& job);
/// All by which the principal may release others' jobs, by owner.
[[nodiscard]] std::vector<Delegation> delegations_to(const Context& context,
                                                     const access::Principal& principal);

namespace store {

/// Throws ERR_EXISTS if the owner has that delegate already.
DelegationId insert_delegation(storage::Database& main, const Delegation& delegation);
/// Its end, and what it is for.
void update_delegation(storage::Database& main, const Delegation& delegation);
void remove_delegation(storage::Database& main, DelegationId delegation);
[[nodiscard]] std::optional<Delegation> find_delegation(storage::Database& main, DelegationId delegation);
[[nodiscard]] std::optional<Delegation> find_delegation(storage::Database& main, UserId owner,
                                                        UserId delegate);
[[nodiscard]] std::int64_t count_delegates_of(storage::Database& main, UserId owner);
[[nodiscard]] std::int64_t count_delegations_to(storage::Database& main, UserId delegate);
/// By owner.
[[nodiscard]] std::vector<Delegation> delegations_to(storage::Database& main, UserId delegate);
/// In which one of them is the person, as owner or delegate.
[[nodiscard]] std::vector<Delegation> delegations_with(storage::Database& main, UserId person);
/// Past their end; `most` of them.
[[nodiscard]] std::vector<Delegation> delegations_over(storage::Database& main, Instant now,
                                                       std::int64_t most);
/// The first end that is still to come, or was not seen to yet.
[[nodiscard]] std::optional<Instant> first_end_of_delegations(storage::Database& main);

/// By id: all, those of an owner, those to a delegate, or those in which a person is either.
struct DelegationQuery {
    UserId owner;
    UserId delegate;
    UserId either;
};
[[nodiscard]] Paged<Delegation> list_delegations(storage::Database& main, const DelegationQuery& query,
                                                 const Page& page);
/// Every statement that list_delegations may run, for the test that looks at their plans.
[[nodiscard]] std::vector<std::string_view> delegation_list_statements();

}  // namespace store

}  // namespace myqsec::spool
