// The spool as one piece, for the layers above.
#pragma once

#include "spool/delegations.hpp"
#include "spool/jobs.hpp"
#include "spool/queues/certificates.hpp"
#include "spool/queues/queues.hpp"

namespace myqsec::spool {

/// Tables of queues and jobs, in the main database.
[[nodiscard]] storage::Schema schema();

/// What it is built from outlives it.
class Spool {
    ClockWatch watch_;
    Context context_;

 public:
    Spool(storage::Vault& vault, audit::AuditLog& audit, const settings::Settings& settings,
          access::Access& access)
        : watch_(vault.clock()),
          context_{vault, audit, settings, access, watch_},
          certificates(context_),
          queues(context_),
          delegations(context_),
          jobs(context_) {}
    Spool(const Spool&) = delete;
    Spool& operator=(const Spool&) = delete;

    /// For what upper layers do with jobs.
    [[nodiscard]] const Context& context() const { return context_; }

    /// For the removal of a user, who takes their jobs along; joins its transaction. The removal itself is
    /// audited with whoever asked for it; what goes along is the system's doing.
    void forget_user(storage::Transaction& transaction, UserId user) {
        jobs.remove_of_user(transaction, audit::Actor::system(), user);
        queues.forget_user(transaction, user);
        delegations.forget_user(transaction, user);
    }

    Certificates certificates;
    Queues queues;
    Delegations delegations;
    Jobs jobs;
};

}  // namespace myqsec::spool
