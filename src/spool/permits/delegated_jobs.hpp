// What a list of jobs shows beyond one's own by what their owners have allowed.
#pragma once

#include <map>
#include <optional>

#include "spool/permits/delegation.hpp"
#include "spool/records/job_list_store.hpp"
#include "spool/records/sealed_names.hpp"

namespace myqsec::spool {

/// For one list.
class DelegatedJobs {
 public:
    /// `scope` is what the principal sees by rights; none: all.
    DelegatedJobs(const Context& context, const access::Principal& principal,
                  const std::optional<store::JobScope>& scope);

    /// What to look through: the scope, and the owners whose delegate the principal is. Not without a scope.
    [[nodiscard]] store::JobScope widened() const;
    /// Of a row of that.
    [[nodiscard]] JobView view_of(const store::JobRecord& job) const;

 private:
    [[nodiscard]] QueueKind kind_of(QueueId queue) const;

    const Context& context_;
    const std::optional<store::JobScope>& scope_;
    std::map<UserId, Delegation> by_owner_;  ///< who is not in the scope
    mutable std::map<QueueId, QueueKind> kinds_;
};

}  // namespace myqsec::spool
